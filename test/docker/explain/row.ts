import { expect, it } from '@jest/globals';
import { Explanation, type FixCommand } from '@orrery/shared/contracts';
import { asOnCalmMachine } from '../../support/calm.js';
import { eventually } from '../../support/eventually.js';
import type { LabHosts } from './lab-hosts.js';

/** How soon a cause is named, where zerotier-one itself is not late. */
const NAMED_MS = 10_000;
/** What a fix takes at most: zerotier-one that takes its port again, and the doctor, who looks again each minute. */
const MENDED_MS = 90_000;
/** What the row before can take to be told. */
const SETTLED_MS = 15_000;

/** One way in which a network fails, and what Orrery says about it. */
export interface Row {
  /** What is wrong, as the title of its test. */
  name: string;
  /** What a person asks about, before and after: REF [NETWORK]. */
  about: string;
  /** The cause that is named. */
  code: string;
  /** How much longer it takes because zerotier-one notices it late (docs/zerotier-facts.md), in milliseconds. */
  lateMs?: number;
  /** Makes it fail. */
  fail(lab: LabHosts): Promise<unknown>;
  /** What a person does, as the sentence of the fix says; left out if the commands are all of it. */
  person?(lab: LabHosts): Promise<unknown>;
  /** What holds in the end; by default a node on one host reaches one on another. */
  holds?(lab: LabHosts): Promise<unknown>;
}

/** A test for each row: nothing is found, it fails, the cause is named, the fix is carried out as it stands, nothing is found. */
export function proves(open: () => LabHosts, rows: readonly Row[]): void {
  it.each(rows)('$name: $code', async (row) => {
    const lab = open();
    let isMended = false;
    const mend = async () => {
      isMended = true;
      await row.person?.(lab);
    };
    // The next row needs a world in order.
    await prove(lab, row, mend).finally(() => (isMended ? undefined : mend()));
  });
}

async function prove(lab: LabHosts, row: Row, mend: () => Promise<void>): Promise<void> {
  const ask = () => explained(lab, row.about);
  await untilFine(ask, 'before', SETTLED_MS);
  await row.fail(lab);
  const begun = performance.now();
  const named = async () => (await ask()).cause?.code === row.code;
  const within = asOnCalmMachine(NAMED_MS) + (row.lateMs ?? 0);
  await eventually(named, { within, every: 250, what: `the cause ${row.code}` }).catch(async (error: unknown) => {
    throw new Error(`${String(error)}\n${inShort(await ask())}`, { cause: error });
  });
  const { cause, headline } = await ask();
  const seconds = ((performance.now() - begun) / 1000).toFixed(1);
  process.stderr.write(`${row.name}: ${row.code} after ${seconds} s: ${headline}\n`);
  const commands = cause?.commands ?? [];
  // What only a person can do has no command: then the test is the person.
  if (row.person === undefined) expect(commands).not.toEqual([]);
  await mend();
  const said: string[] = [];
  for (const command of commands) said.push(await carryOut(lab, command));
  await untilFine(ask, 'after', MENDED_MS).catch((error: unknown) => {
    throw new Error(`${String(error)}\n${said.join('\n')}`, { cause: error });
  });
  await (row.holds ?? reached)(lab);
}

async function explained(lab: LabHosts, about: string): Promise<Explanation> {
  return Explanation.parse(JSON.parse(await lab.orrery(`explain ${about} -o json`)));
}

async function untilFine(ask: () => Promise<Explanation>, when: string, within: number): Promise<void> {
  let last: Explanation | undefined;
  const isFine = async () => {
    last = await ask();
    return last.standing === 'fine' && last.cause === null;
  };
  await eventually(isFine, { within, every: 250, what: `all fine ${when}` }).catch((error: unknown) => {
    throw new Error(`${String(error)}\n${inShort(last)}`, { cause: error });
  });
}

const inShort = (explanation: Explanation | undefined) =>
  JSON.stringify({ ...explanation, about: undefined, story: undefined }, null, 1);

/** As it stands, by a shell that knows nothing else. As for a person who pastes it, what counts is what it changes, not how it ends. */
async function carryOut(lab: LabHosts, { on, host, run }: FixCommand): Promise<string> {
  const { code, out } = await (on === 'host' ? lab.host(host ?? 'which').shell(run) : lab.anywhere(run));
  return `${host ?? on}: ${run} ended with ${code}: ${out}`;
}

const reached = (lab: LabHosts) => lab.untilPings('alpha/one', 'beta/two', lab.network);
