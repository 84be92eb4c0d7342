import { pause } from '@orrery/shared/runtime';
import { costOf } from './process-cost.js';

export interface AtRest {
  what: string;
  /** Share of one core, in per cent. */
  cpu: number;
  pssMb: number;
  processes: number;
  /** At most this share of a core is the goal. */
  goal?: number;
}

export interface RestOptions {
  seconds: number;
  /** How many the agent that is measured has. */
  containers: number;
  say: (line: string) => void;
  signal: AbortSignal;
}

export interface RestReport {
  title: string;
  rows: AtRest[];
  /** What else was counted, each with its unit: row versions a minute, for example. */
  counts: Record<string, number>;
}

/** One of the things that `npm run bench -- rest` measures, one after another. Undefined: it cannot run here, and has said why. */
export type RestPart = (options: RestOptions) => Promise<RestReport | undefined>;

/** Processes with their descendants, all of them over the same time. */
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
