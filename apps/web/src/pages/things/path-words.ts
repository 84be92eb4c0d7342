import type { Shape } from '../../api/client.js';
import type { Standing } from '../../parts/states.js';

type Path = Shape<'Path'>;

const OF_PATH: Record<Path['path'], Standing> = {
  direct: { is: 'fine', word: 'direct' },
  relayed: { is: 'waiting', word: 'relayed' },
  none: { is: 'failed', word: 'none' },
  unknown: { is: 'unknown', word: 'unknown' },
};

/** A direct path along which nothing comes back is silent. What a host that is away last said is old. Pure. */
export function pathStanding({ path, reason, stale }: Pick<Path, 'path' | 'reason' | 'stale'>): Standing {
  if (stale) return { is: 'away', word: `last known: ${path}` };
  if (path === 'direct' && reason?.code === 'path-silent') return { is: 'waiting', word: 'silent' };
  if (reason?.code !== 'path-not-tried') return OF_PATH[path];
  // Nodes that have nothing to say to each other are no failure, and a direct path takes up to a minute to form.
  return path === 'relayed' ? { is: 'working', word: 'relayed so far' } : { is: 'unknown', word: 'not tried' };
}

const YOUNG_MS = 60_000;
const SOON_MS = 5000;

/** In how many milliseconds the first of these paths is no longer young, which no event says; undefined: none is. Pure. */
export function youngFor(paths: readonly Pick<Path, 'path' | 'reason' | 'since'>[], now: number): number | undefined {
  const young = paths.filter(({ path, reason }) => path === 'relayed' && reason?.code === 'path-not-tried');
  const first = Math.min(...young.flatMap(({ since }) => (since === null ? [] : [Date.parse(since)])));
  // The clock of the API may be another one.
  return first === Infinity ? undefined : Math.min(Math.max(first + YOUNG_MS - now, SOON_MS), YOUNG_MS);
}

/** `0.4 ms`, `12 ms`: below ten with one decimal. */
export function latencyWord(ms: number | null): string {
  if (ms === null) return '–';
  return `${ms < 10 ? Number(ms.toFixed(1)) : Math.round(ms).toLocaleString('en-US')} ms`;
}

export interface Likely {
  code: string;
  cause: string;
  fix: string;
  /** How these paths stand, in a word. */
  word: string;
  /** How many paths it is the reason of. */
  count: number;
  /** One of them: from a node to another. */
  from: string;
  to: string;
}

/** Nodes that have nothing to say to each other: all such pairs are one reason, in both directions. */
const NOT_TRIED = 'path-not-tried';
const pairOf = ({ node, peer }: Path) => [node.name, peer.name].sort().join(' ');

/** The likely reasons, what explains most paths first. Pure. */
export function likelyReasons(paths: readonly Path[]): Likely[] {
  const byReason = new Map<string, Likely>();
  // A node whose host is away tries nothing now: it is no example.
  for (const path of [...paths].sort((one, other) => Number(one.stale) - Number(other.stale))) {
    if (!path.reason) continue;
    const { code, cause, fix } = path.reason;
    const key = code === NOT_TRIED ? code : `${code} ${cause}`;
    const known = byReason.get(key) ?? {
      ...{ code, cause, fix, word: pathStanding(path).word ?? path.path },
      ...{ count: 0, from: path.node.name, to: path.peer.name },
    };
    byReason.set(key, { ...known, count: known.count + 1 });
  }
  const pairs = new Set(paths.filter(({ reason }) => reason?.code === NOT_TRIED).map(pairOf)).size;
  const others = pairs - 1;
  const isSame = `; the same of ${others === 1 ? 'one other pair' : `${others} other pairs`}`;
  return [...byReason.values()]
    .map((likely) =>
      likely.code === NOT_TRIED && others > 0 ? { ...likely, cause: `${likely.cause}${isSame}` } : likely,
    )
    .sort((one, other) => other.count - one.count);
}

const PROBE = 'orrery probe NODE --ping ADDRESS';

/** The fix without the line that it ends in, if that is a probe, which stands below it with names and addresses. Pure. */
export const asksForProbe = (fix: string): { fix: string; isProbe: boolean } =>
  fix.endsWith(`: \`${PROBE}\`.`)
    ? { fix: `${fix.slice(0, -`: \`${PROBE}\`.`.length)}.`, isProbe: true }
    : { fix, isProbe: false };
