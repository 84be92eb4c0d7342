import { beforeEach, describe, expect, it } from '@jest/globals';
import type { AgentFact, NodeAddress } from '@orrery/shared/contracts';
import { newId } from '@orrery/shared/runtime';
import { dataPlaneFixture } from '../../../../test/support/data-plane-fixture.js';
import { addHost, type TestHost } from '../../../../test/support/data-plane.js';
import {
  aMembership,
  anInterface,
  aPeer,
  engineDown,
  membershipFact,
  Reporter,
} from '../../../../test/support/reports.js';
import { eventually } from '../../../../test/support/servers.js';
import { runIn } from '../database/statements.js';
import { Store } from '../database/store.js';
import { registerEpoch } from '../hello/epoch-registration.js';
import { noteOffered } from '../identities/identities.js';
import { QuotaKeeper } from './quota-keeper.js';

const { plane } = dataPlaneFixture({ settings: { ORRERY_HOST_EVENTS_MB: '2', ORRERY_HOST_EVENTS_MB_PER_DAY: '1' } });
let host: TestHost;
let agent: Reporter;
let other: Reporter;
let count = 0;

beforeEach(async () => {
  host = await addHost(plane.database, `much-${++count}`);
  agent = new Reporter(plane, host);
  other = new Reporter(plane, await addHost(plane.database, `calm-${count}`));
});

const network = (n: number) => `8056c2e2${n.toString(16).padStart(8, '0')}`;
const finding = (n: number, cause = `cause ${n}`): AgentFact => ({
  type: 'finding.raised',
  data: {
    node: null,
    network: network(n),
    item: null,
    finding: { code: 'unexpected', severity: 'error', cause, fix: '' },
  },
});
const many = <T>(length: number, make: (n: number) => T) => Array.from({ length }, (_, n) => make(n));
async function sayAll(facts: AgentFact[], who = agent): Promise<void> {
  for (let at = 0; at < facts.length; at += 250)
    expect(await who.say(...facts.slice(at, at + 250))).toMatchObject({ result: 'stored' });
}
const countOf = async (table: string, who = host.id) => {
  const [row] = await plane.database.query<{ n: number }[]>(
    `SELECT count(*)::int AS n FROM ${table} WHERE host_id = $1`,
    [who],
  );
  return row?.n;
};
const overQuota = async (who = host.id) => {
  const rows = await plane.database.query<{ cause: string; fix: string }[]>(
    `SELECT cause, fix FROM findings WHERE source = 'api' AND code = 'host-over-quota' AND host_id = $1`,
    [who],
  );
  return rows[0];
};
const keep = () => plane.app.get(QuotaKeeper).keep(0);

describe('a host that reports too much', () => {
  it('has at most 200 findings, is named, and its events are all in the history; another host has all of its own', async () => {
    await sayAll(many(500, finding));
    await sayAll(many(20, finding), other);
    expect(
      await plane.database.query(`SELECT count(*)::int AS n FROM findings WHERE source = 'agent' AND host_id = $1`, [
        host.id,
      ]),
    ).toEqual([{ n: 200 }]);
    expect(await countOf('events')).toBeGreaterThanOrEqual(500);
    expect(await overQuota()).toEqual({
      cause: expect.stringContaining('more findings than 200'),
      fix: expect.stringContaining(`orrery host revoke ${host.name}`),
    });
    expect([await countOf('findings', other.host.id), await overQuota(other.host.id)]).toEqual([20, undefined]);
  });

  it('can change and clear its findings, and is no longer named when it is below its quotas', async () => {
    await sayAll(many(201, finding));
    await agent.say(finding(7, 'other words'));
    const [row] = await plane.database.query<{ cause: string }[]>(
      'SELECT cause FROM findings WHERE host_id = $1 AND network_id = $2',
      [host.id, network(7)],
    );
    expect(row?.cause).toBe('other words');
    await keep();
    expect(await overQuota()).toBeDefined();
    await agent.say({
      type: 'finding.cleared',
      data: { node: null, network: network(7), item: null, code: 'unexpected' },
    });
    await keep();
    expect(await overQuota()).toBeUndefined();
    expect(await agent.say(engineDown('asks for what is missing'))).toMatchObject({ wantsSnapshot: true });
  });

  it('has at most 1,000 networks and 1,000 interfaces', async () => {
    const up = (n: number): AgentFact => {
      const after = anInterface({ device: `zt${n}` });
      return { type: 'interface.up', data: { node: host.node, network: network(n), device: after.device, after } };
    };
    await sayAll(many(1050, up));
    await sayAll(many(1050, (n) => membershipFact('network.joined', host.node, aMembership({ network: network(n) }))));
    expect([await countOf('interfaces'), await countOf('membership_status')]).toEqual([1000, 1000]);
    expect((await overQuota())?.cause).toMatch(/more interfaces than 1,000.*more networks than 1,000/);
  });

  it('has at most 10,000 paths', async () => {
    const path = (n: number): AgentFact => ({
      type: 'path.direct',
      data: { node: host.node, after: aPeer(n.toString(16).padStart(10, '0')) },
    });
    await plane.database.query(
      `INSERT INTO paths (node_id, peer, host_id, role, path, since, ordinal, seq, updated_at)
       SELECT $1, 'x' || n, $2, 'LEAF', 'direct', now(), 1, 0, now() FROM generate_series(1, 9990) AS n`,
      [host.node, host.id],
    );
    await sayAll(many(20, path));
    expect(await countOf('paths')).toBe(10_000);
    expect((await overQuota())?.cause).toContain('more peers than 10,000');
  });

  it('keeps only its newest 200 broken events', async () => {
    const broken = many(300, (n) => ({ ...agent.number(engineDown('x'))[0], data: { n } }));
    expect(await agent.send(1, broken)).toMatchObject({ result: 'stored', cursor: 300 });
    const kept = await agent.quarantined();
    expect([kept.length, kept[0]?.seq, kept.at(-1)?.seq]).toEqual([200, 101, 300]);
    expect((await overQuota())?.cause).toContain('broken events');
  });

  it('waits longer and longer once it has used up its allowance of bytes, is named, and loses nothing', async () => {
    const waits: number[] = [];
    const big = () => many(100, () => engineDown('x'.repeat(2000)));
    let reply = await agent.say(...big());
    while (reply.result === 'stored') reply = await agent.say(...big());
    const from = agent.seq - 99;
    for (let times = 0; times < 3; times++) {
      if (reply.result === 'busy') waits.push(reply.retryAfterMs);
      reply = await agent.send(from, [{ seq: from, at: '2026-05-01T10:00:00.000Z', ...engineDown('again') }]);
    }
    expect(waits).toEqual([1000, 2000, 4000]);
    const bytes = await plane.database.query<[{ n: number }]>(
      'SELECT sum(length(data::text))::int AS n FROM events WHERE host_id = $1',
      [host.id],
    );
    expect(bytes[0].n).toBeLessThan(2.3 * 1024 * 1024);
    await eventually(async () => (await overQuota())?.cause.includes('bytes of events'), { within: 10_000 });
    expect(await other.say(engineDown('calm'))).toMatchObject({ result: 'stored' });
    expect(await countOf('events')).toBeGreaterThanOrEqual(from - 1);
  });

  it('keeps offering new identities and starting new epochs: few of them are kept, and none that a node has', async () => {
    const store = plane.app.get(Store);
    const run = <T>(work: Parameters<Store['transaction']>[0]) => store.transaction(work) as Promise<T>;
    const address = (n: number): NodeAddress => n.toString(16).padStart(10, '0');
    await run((manager) => noteOffered(manager, host.id, [address(0xaa_0000)]));
    await plane.database.query(
      `UPDATE identities SET state = 'assigned', node_id = $2, assigned_at = now() WHERE host_id = $1`,
      [host.id, host.node],
    );
    for (let round = 0; round < 20; round++)
      await run((manager) =>
        noteOffered(
          manager,
          host.id,
          many(64, (n) => address(round * 64 + n)),
        ),
      );
    expect(await countOf('identities')).toBe(64 + 256 + 1);
    for (let round = 0; round < 100; round++)
      await run(async (manager) => {
        await registerEpoch(runIn(manager), host.id, host.name, newId('epo'), new Date());
      });
    expect(await countOf('epochs')).toBeLessThanOrEqual(65);
    expect(await agent.say(engineDown('its own epoch'))).toMatchObject({ result: 'stored' });
  });
});
