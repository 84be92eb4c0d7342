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
  /** How many paths it is the reason of. */
  count: number;
}

/** The likely reasons, what explains most paths first. Pure. */
export function likelyReasons(paths: readonly Path[]): Likely[] {
  const byCause = new Map<string, Likely>();
  for (const { reason } of paths) {
    if (!reason) continue;
    const { code, cause, fix } = reason;
    const known = byCause.get(`${code} ${cause}`);
    byCause.set(`${code} ${cause}`, { code, cause, fix, count: (known?.count ?? 0) + 1 });
  }
  return [...byCause.values()].sort((one, other) => other.count - one.count);
}
