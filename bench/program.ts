import { parseArgs } from 'node:util';
import { findLabEngine, type LabEngine } from '../test/support/zerotier/lab-engine.js';
import { aboutMachine } from './about-machine.js';
import { Figures, figuresText } from './figures.js';

/** Progress is not part of the result. */
export const say = (line: string): void => void process.stderr.write(`${line}\n`);

export interface Bench {
  engine: LabEngine;
  figures: Figures;
  rounds: number;
  signal: AbortSignal;
}

/** Runs a bench that yields a list of figures: finds the engine, measures, prints. */
export async function runBench(name: string, measure: (bench: Bench) => Promise<void>): Promise<void> {
  const { values } = parseArgs({
    options: { rounds: { type: 'string', default: '10' }, output: { type: 'string', default: 'text' } },
  });
  const abort = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => abort.abort());
  const engine = await findLabEngine();
  if (!engine) process.exit(2);
  const machine = await aboutMachine(engine, {});
  const figures = new Figures();
  await measure({ engine, figures, rounds: Number(values.rounds), signal: abort.signal });
  const report = figures.report(name, machine, new Date());
  process.stdout.write(`${values.output === 'json' ? JSON.stringify(report, null, 2) : figuresText(report)}\n`);
  if (figures.failures.length > 0 || abort.signal.aborted) process.exitCode = 1;
}
