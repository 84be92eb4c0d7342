import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { FindingPage, Status, subjects } from '@orrery/shared/contracts';
import { newId } from '@orrery/shared/runtime';
import { eventually } from '../support/eventually.js';
import { engineDown, HandAgent } from '../support/system/hand-agent.js';
import { RunningProcess } from '../support/system/running-process.js';
import { System } from '../support/system/system.js';
import { asOnCalmMachine } from '../support/calm.js';

/** The allowance of this installation: small, so that a few seconds use it up. */
const BURST_MB = 8;
const MB = 1024 * 1024;
/** How much the attack can add to the database: its allowance, its overhead, and all quotas. */
const MOST_DATABASE = 24 * MB;
const MOST_LOG = MB;
const MOST_ANSWER = 256 * 1024;

const network = (n: number) => `8056c2e2${n.toString(16).padStart(8, '0')}`;
const finding = (n: number, cause: string, code = 'unexpected') => ({
  type: 'finding.raised',
  data: { node: null, network: network(n), item: null, finding: { code, severity: 'error', cause, fix: '' } },
});

describe('a host that grows whatever it can', () => {
  let system: System;
  let attacker: HandAgent;
  let calm: HandAgent;
  let before: { database: number; log: number };

  const databaseSize = async () => {
    const [row] = await system.sql<{ bytes: string }>('SELECT pg_database_size(current_database()) AS bytes');
    return Number(row?.bytes);
  };
  const logSize = () => Buffer.byteLength(system.api.process.output);
  const countOf = async (table: string, host: string, where = 'true') => {
    const query = `SELECT count(*)::int AS n FROM ${table} WHERE host_id = $1 AND ${where}`;
    const [row] = await system.sql<{ n: number }>(query, [host]);
    return row?.n ?? 0;
  };

  beforeAll(async () => {
    system = await System.start({
      api: { ORRERY_HOST_EVENTS_MB: String(BURST_MB), ORRERY_HOST_EVENTS_MB_PER_DAY: '16' },
    });
    [attacker, calm] = [await HandAgent.join(system, 'attacker'), await HandAgent.join(system, 'calm')];
    for (const agent of [attacker, calm]) {
      await agent.hello();
      agent.beat();
    }
    await calm.say(finding(1, 'a trouble of the calm host', 'clock-skew'));
    before = { database: await databaseSize(), log: logSize() };
  }, 120_000);
  afterAll(async () => {
    await attacker?.close();
    await calm?.close();
    await system?.close();
  });

  /** Findings, each longer than the last, until the API makes it wait; two of a hundred break the contract. */
  async function report(): Promise<{ batches: number; busy: number }> {
    const count = { batches: 0, busy: 0 };
    while (count.busy < 3 && count.batches < 300) {
      const facts = Array.from({ length: 100 }, (_, n) =>
        finding(count.batches * 100 + n, `${n} ${randomBytes(n < 2 ? 2500 : 950).toString('hex')}`),
      );
      const from = attacker.seq + 1;
      const reply = await attacker.send(from, attacker.number(...facts));
      count.batches += 1;
      if (reply.result === 'stored') continue;
      count.busy += 1;
      attacker.seq = from - 1;
    }
    return count;
  }

  /** Endless identities, prefixes and epochs, nonsense, answers redirected elsewhere, and strangers at the door. */
  async function shout(): Promise<void> {
    const { host, bus } = attacker;
    const about = { agentVersion: 'by-hand', simulated: false, at: new Date().toISOString(), journalHead: 0 };
    const holds = { revision: 0, digest: null, inventory: '0'.repeat(64) };
    for (let round = 0; round < 500; round++) {
      const freeIdentities = Array.from({ length: 64 }, (_, n) => (round * 64 + n).toString(16).padStart(10, '0'));
      const prefixes = Array.from({ length: 1000 }, (_, n) => `10.${round % 256}.${n % 256}.0/24`);
      bus.publish(subjects.hello(host), { ...about, ...holds, freeIdentities, prefixes, epoch: newId('epo') });
      bus.publish(subjects.events(host), { epoch: 'x'.repeat(5000) });
    }
    await bus.flush();
    await attacker.helloTo('_INBOX.api.stolen', 20_000);
    const stranger = () => fetch(`${system.api.url}/v1/join/nonce`, { method: 'POST' }).catch(() => undefined);
    for (let round = 0; round < 50; round++) await Promise.all(Array.from({ length: 20 }, stranger));
    // By now the API has received everything that was sent before.
    await calm.hello();
  }

  it('stays within its quotas: rows, bytes, log and answers', async () => {
    const count = await report();
    expect(count.batches).toBeGreaterThan(20);
    expect(count.busy).toBe(3);
    await shout();
    const { host } = attacker;
    const grown = { database: (await databaseSize()) - before.database, log: logSize() - before.log };
    const rows = {
      findings: await countOf('findings', host, "source = 'agent'"),
      identities: await countOf('identities', host),
      epochs: await countOf('epochs', host),
      event_quarantine: await countOf('event_quarantine', host),
    };
    process.stderr.write(`growth: ${JSON.stringify({ ...count, grown, rows })}\n`);
    expect(rows.findings).toBeLessThanOrEqual(200);
    expect(rows.identities).toBeLessThanOrEqual(320);
    expect(rows.epochs).toBeLessThanOrEqual(70);
    expect(rows.event_quarantine).toBeLessThanOrEqual(200);
    expect(grown.database).toBeLessThan(MOST_DATABASE);
    expect(grown.log).toBeLessThan(MOST_LOG);
  }, 120_000);

  it('is named, and does not hide the problems of another host in the first answers that people see', async () => {
    await eventually(
      async () => {
        const { items } = await system.api.get('/v1/findings?host=attacker&limit=500', FindingPage);
        return items.some(
          ({ code, source, cause }) =>
            code === 'host-over-quota' && source === 'api' && /findings.*bytes|bytes.*findings/.test(cause),
        );
      },
      { within: 30_000, what: 'the finding that names the attacker' },
    );
    const answer = await system.api.raw('GET', '/v1/status');
    const text = await answer.text();
    expect(Buffer.byteLength(text)).toBeLessThan(MOST_ANSWER);
    const { attention, attentionTotal } = Status.parse(JSON.parse(text));
    expect(attention.filter(({ what }) => what.startsWith('attacker:'))).toHaveLength(10);
    expect(attention.map(({ what }) => what)).toEqual(
      expect.arrayContaining(['calm: clock-skew', 'attacker: host-over-quota']),
    );
    expect(attentionTotal?.error).toBeGreaterThanOrEqual(199);
  }, 60_000);

  it('leaves another host its own allowance: a journal of a day goes through at once, and none of it is lost', async () => {
    const texts = Array.from({ length: 2800 }, (_, n) => `kept ${n} ${'k'.repeat(1900)}`);
    for (let at = 0; at < texts.length; at += 100)
      expect(await calm.say(...texts.slice(at, at + 100).map(engineDown))).toMatchObject({ result: 'stored' });
    const stored = await system.sql<{ cause: string }>(
      `SELECT data ->> 'cause' AS cause FROM events WHERE host_id = '${calm.host}' AND type = 'host.engine-down' ORDER BY id`,
    );
    expect(stored.map(({ cause }) => cause)).toEqual(texts);
    expect(await countOf('host_quotas', calm.host)).toBe(0);
  }, 120_000);

  it('does not slow down the CLI', async () => {
    for (const [command, within] of [
      ['hosts', 10_000],
      ['status', 10_000],
      ['findings', 10_000],
    ] as const) {
      const token = await system.api.secret('admin.token');
      const from = performance.now();
      const run = await RunningProcess.start(
        'apps/cli/bin/orrery.mjs',
        { ORRERY_URL: system.api.url, ORRERY_TOKEN: token },
        [command],
      );
      await eventually(() => run.exited, { within: 60_000, what: `orrery ${command} ends` });
      expect({ command, code: run.child.exitCode }).toEqual({ command, code: 0 });
      expect(performance.now() - from).toBeLessThan(asOnCalmMachine(within));
    }
  }, 120_000);
});
