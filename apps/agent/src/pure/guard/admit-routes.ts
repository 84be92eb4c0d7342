import type { Ground, GroundEntry } from '@orrery/shared/machine';
import { covers, formatPrefix, overlaps, parsePrefix, type Prefix } from '@orrery/shared/addresses';
import { joinPrefixes, withoutCovered } from './decide-aggregate.js';
import type { MayRoute } from './ground.js';
import { isOfPrivateRanges } from './decide-private.js';

/** What a network pushes to the interface: addresses as `ip/bits`, and routes. */
export interface Pushed {
  addresses: readonly string[];
  routes: readonly { target: string }[];
}

export interface Conflict {
  target: string;
  hits: Pick<GroundEntry, 'prefix' | 'what'>;
}

export interface Admission {
  /** For `allowManaged`; empty: nothing is admitted. */
  list: string[];
  /** Prefixes that would take something away from this host. */
  conflicts: Conflict[];
  /** Default routes and public addresses that nobody requested. */
  barred: string[];
  /** Prefixes that the host's own policy denies. */
  denied: string[];
  /** Prefixes that do not fit into the daemon's line. */
  leftOut: string[];
}

export interface AdmissionRules {
  allowGlobal: boolean;
  /** The device of this network: its own routes do not conflict with it. */
  device: string;
  /** Omitted: everything is allowed. */
  mayRoute?: MayRoute | undefined;
}

/** The daemon cuts the line at 1,023 bytes, and a cut `/24` becomes `/2` (docs/zerotier-facts.md#joining). */
export const MAX_LIST_BYTES = 1000;

/**
 * The part of a network's push that is admitted. A prefix that overlaps anything of this host's ground is left out, whichever of the
 * two is wider: a narrower one takes addresses away, and a wider one would do so as soon as the host's own route is gone.
 */
export function admit(pushed: Pushed, ground: Ground, { allowGlobal, device, mayRoute }: AdmissionRules): Admission {
  const held = parsed(ground.filter((entry) => entry.device !== device));
  const conflicts: Conflict[] = [];
  const [barred, denied]: [string[], string[]] = [[], []];
  const free: Prefix[] = [];
  for (const [target, prefix] of prefixesOf(pushed)) {
    const hit = prefix.bits === 0 ? undefined : held.find(({ of }) => overlaps(of, prefix));
    if (hit) conflicts.push({ target, hits: { prefix: hit.entry.prefix, what: hit.entry.what } });
    else if (prefix.bits === 0 || (!allowGlobal && !isOfPrivateRanges(prefix))) barred.push(target);
    else if (mayRoute?.(prefix) === false) denied.push(target);
    else free.push(prefix);
  }
  return { ...fitted(free), conflicts, barred, denied };
}

/**
 * Whether a list in force may stay: it covers everything to be admitted, and nothing that by now belongs to the host or is denied by
 * its policy.
 */
export function mayStay(
  list: readonly string[],
  admission: Admission,
  ground: Ground,
  mayRoute: MayRoute = () => true,
): boolean {
  const entries = list.map(parsePrefix);
  if (!entries.every((entry) => entry !== undefined)) return false;
  const own = parsed(ground.filter(({ kind }) => kind === 'route'));
  if (!entries.every(mayRoute) || entries.some((entry) => own.some(({ of }) => overlaps(of, entry)))) return false;
  const wanted = admission.list.flatMap((text) => parsePrefix(text) ?? []);
  return wanted.every((prefix) => entries.some((entry) => covers(entry, prefix)));
}

/** An address counts with its whole network, as the daemon counts it and the kernel routes it. Addresses come first. */
function prefixesOf({ addresses, routes }: Pushed): Map<string, Prefix> {
  const texts = [...addresses, ...routes.map(({ target }) => target)];
  return new Map(
    texts.flatMap((text) => {
      const prefix = parsePrefix(text);
      return prefix ? [[formatPrefix(prefix), prefix] as const] : [];
    }),
  );
}

const parsed = (ground: Ground) =>
  ground.flatMap((entry) => {
    const of = parsePrefix(entry.prefix);
    // A default route applies when nothing else fits: everything overlaps it, and only another default route takes it away.
    return of && of.bits > 0 ? [{ of, entry }] : [];
  });

function fitted(free: readonly Prefix[]): Pick<Admission, 'list' | 'leftOut'> {
  const needed = withoutCovered(free);
  const list = needed.map(formatPrefix);
  if (bytesOf(list) <= MAX_LIST_BYTES) return { list, leftOut: [] };
  const fitting: string[] = [];
  const leftOut: string[] = [];
  let bytes = -1;
  for (const text of joinPrefixes(needed).map(formatPrefix)) {
    const isFitting = bytes + 1 + text.length <= MAX_LIST_BYTES;
    if (isFitting) bytes += 1 + text.length;
    (isFitting ? fitting : leftOut).push(text);
  }
  return { list: fitting, leftOut };
}

const bytesOf = (list: readonly string[]): number => list.join(',').length;
