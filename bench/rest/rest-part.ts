import { pause } from '@orrery/shared/runtime';
import { costOf } from './process-cost.js';

export interface AtRest {
  what: string;
  /** Percentage of one core. */
  cpu: number;
  pssMb: number;
  processes: number;
  /** The goal: at most this percentage of one core. */
  goal?: number;
}

export interface RestOptions {
  seconds: number;
  /** Number of containers of the measured agent. */
  containers: number;
  say: (line: string) => void;
  signal: AbortSignal;
}

export interface RestReport {
  title: string;
  rows: AtRest[];
  /** Other counts, each with its unit, such as row versions a minute. */
  counts: Record<string, number>;
}

/**
 * One part of `npm run bench -- rest`; the parts run one after another. Undefined if it cannot run here, which it
 * reports.
 */
export type RestPart = (options: RestOptions) => Promise<RestReport | undefined>;

/** Measures processes with their descendants, all over the same time. */
export async function measureTogether(
  watched: Readonly<Record<string, number>>,
  ms: number,
  signal: AbortSignal,
): Promise<AtRest[]> {
  const read = () => Promise.all(Object.values(watched).map(costOf));
  const began = performance.now();
  const before = await read();
  await pause(ms, signal);
  const after = await read();
  const elapsed = performance.now() - began;
  return Object.keys(watched).map((what, at) => {
    const [first, last] = [before[at], after[at]];
    if (!first || !last || last.processes === 0) throw new Error(`${what} has ended`);
    return { what, cpu: ((last.cpuMs - first.cpuMs) / elapsed) * 100, pssMb: last.pssMb, processes: last.processes };
  });
}
