import { covers, isSameNetwork, overlaps, parsePrefix, type Prefix } from '@orrery/shared/addresses';
import { MAX_NOT_TAKEN, type HostRef, type MembershipSettings, type NotTaken } from '@orrery/shared/contracts';

/** A host whose own daemon is in a network, as far as it matters to a route of it. */
export interface DaemonInNetwork {
  host: HostRef;
  /** What the host reaches by its routes, also by those of its ZeroTier devices; null: it has not said. */
  prefixes: readonly string[] | null;
  /** The setting of its membership; null: a person joined it. */
  allowManaged: MembershipSettings['allowManaged'] | null;
  /** The routes of this network in its kernel. */
  ofNetwork: readonly string[];
}

/**
 * The hosts whose own daemon will not take a route to this prefix, as far as it can be known before: they have a route of
 * their own to a part of it, or their membership accepts other prefixes only. What the policy of a host says is known to
 * its agent alone. A default route is no route of their own.
 */
export function notTakenBy(target: string, daemons: readonly DaemonInNetwork[]): NotTaken[] {
  const asked = parsePrefix(target) as Prefix;
  const found = daemons.flatMap((daemon): NotTaken[] => {
    const cause = causeOf(asked, daemon);
    return cause === undefined ? [] : [{ host: daemon.host, cause }];
  });
  return found.slice(0, MAX_NOT_TAKEN);
}

function causeOf(asked: Prefix, { prefixes, allowManaged, ofNetwork }: DaemonInNetwork): string | undefined {
  if (allowManaged === false) return 'its membership takes nothing of the network (allowManaged)';
  if (Array.isArray(allowManaged) && !allowManaged.some((text) => coversIt(text, asked)))
    return `its membership takes only ${allowManaged.join(', ')} (allowManaged)`;
  const taken = ofNetwork.flatMap((text) => parsePrefix(text) ?? []);
  const own = (prefixes ?? []).find((text) => {
    const prefix = parsePrefix(text);
    return (
      prefix && !isEverywhere(prefix) && overlaps(prefix, asked) && !taken.some((one) => isSameNetwork(one, prefix))
    );
  });
  return own === undefined ? undefined : `its own route ${own}`;
}

const coversIt = (text: string, asked: Prefix) => {
  const prefix = parsePrefix(text);
  return prefix !== undefined && covers(prefix, asked);
};

const isEverywhere = ({ bits, version }: Prefix) => bits < (version === 4 ? 8 : 17);
