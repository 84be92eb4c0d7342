import { parseArgs } from 'node:util';
import { agentsAtRest } from './agent.js';
import { apiAtRest } from './api.js';
import type { RestPart, RestReport } from './rest-part.js';

const parts: RestPart[] = [apiAtRest, agentsAtRest];

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    containers: { type: 'string', default: '20' },
    output: { type: 'string', default: 'text' },
  },
});
// Progress is not part of the result.
const say = (line: string) => void process.stderr.write(`${line}\n`);
const abort = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => abort.abort());

const reports: RestReport[] = [];
const options = {
  seconds: Number(values.rounds) * 60,
  containers: Number(values.containers),
  say,
  signal: abort.signal,
};
for (const part of parts) {
  const report = await part(options);
  if (report) reports.push(report);
}
process.stdout.write(
  `${values.output === 'json' ? JSON.stringify(reports, null, 2) : reports.map(text).join('\n\n')}\n`,
);
if (abort.signal.aborted) process.exitCode = 1;

function text({ title, rows, counts }: RestReport): string {
  const lines = rows.map(({ what, cpu, pssMb, processes, goal }) => {
    const aim = goal === undefined ? '' : `, goal ${goal} %: ${cpu <= goal ? 'met' : 'missed'}`;
    return `  ${what}: ${cpu.toFixed(2)} % of a core, ${pssMb.toFixed(0)} MB, ${processes} processes${aim}`;
  });
  const counted = Object.entries(counts).map(([what, count]) => `  ${what}: ${count.toFixed(1)}`);
  return [title, ...lines, ...counted].join('\n');
}
