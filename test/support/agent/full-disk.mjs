// Run on a small file system: fills it, and reports how the journal reacts. Argument: the folder. Prints one line of
// JSON.
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createLogger } from '@orrery/shared/runtime';
import { Journal } from '../../../apps/agent/dist/journal/journal.js';

const folder = process.argv[2];
const filler = join(folder, 'filler');
const open = async () => {
  const journal = new Journal({
    folder: join(folder, 'journal'),
    logger: createLogger('test', 'silent'),
    capBytes: 1e9,
  });
  await journal.open();
  return journal;
};
const commit = (journal, number) =>
  journal.commit(() => ({ facts: [{ type: 'host.engine-down', data: { cause: `${number} ${'x'.repeat(3000)}` } }] }));

const journal = await open();
await writeFile(filler, Buffer.alloc(1024 * 1024));
let written = 0;
let refusal;
while (!refusal) {
  try {
    await commit(journal, written + 1);
    written += 1;
  } catch (error) {
    refusal = error;
  }
}
const refusedAgain = await commit(journal, written + 1).then(
  () => undefined,
  (error) => error.code,
);
await rm(filler);
await commit(journal, written + 1);
await journal.close();

const again = await open();
const kept = [];
const [{ ordinal, head }] = again.epochs;
for (let from = 1; from <= head;) {
  const events = await again.read(ordinal, from);
  if (events.length === 0) break;
  kept.push(...events.map(({ seq, data }) => [seq, Number.parseInt(data.cause, 10)]));
  from += events.length;
}
const { damage } = again;
await again.close();
console.log(
  JSON.stringify({ refusal: refusal.code, refusedAgain, written, kept: kept.length, last: kept.at(-1), head, damage }),
);
