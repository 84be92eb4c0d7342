import { parseArgs } from 'node:util';
import { findLabEngine } from '../../test/support/zerotier/lab-engine.js';
import { measureAgents } from './agent.js';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    containers: { type: 'string', default: '20' },
    output: { type: 'string', default: 'text' },
  },
});
const say = (line: string) => void process.stderr.write(`${line}\n`);
const abort = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => abort.abort());
const engine = await findLabEngine();
if (!engine) process.exit(2);
const rest = await measureAgents(engine, {
  containers: Number(values.containers),
  seconds: Number(values.rounds) * 60,
  say,
  signal: abort.signal,
});
if (values.output === 'json') process.stdout.write(`${JSON.stringify(rest, null, 2)}\n`);
else
  for (const { what, cpu, pssMb, processes } of rest.rows)
    process.stdout.write(`${what}: ${cpu.toFixed(2)} % of a core, ${pssMb.toFixed(0)} MB, ${processes} processes\n`);
