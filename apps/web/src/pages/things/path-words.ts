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
  // Nodes that have nothing to say to each other are no failure.
  return reason?.code === 'path-not-tried' ? { is: 'unknown', word: 'not tried' } : OF_PATH[path];
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
