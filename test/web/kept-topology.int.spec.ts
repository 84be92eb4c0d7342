import { beforeAll, describe, expect, it } from '@jest/globals';
import {
  Accepted,
  Topology,
  type AgentFact,
  type CloudEvent,
  type ItemId,
  type Outcome,
} from '@orrery/shared/contracts';
import fc from 'fast-check';
import { afterEvents } from '../../apps/web/src/live/reduce-topology.js';
import { keptOf } from '../../apps/web/src/live/topology-draft.js';
import { apiFixture } from '../support/api-fixture.js';
import { EventStream } from '../support/event-stream.js';
import { eventually } from '../support/eventually.js';
import { ReportingHost } from '../support/reporting-host.js';
import { aMembership, anInterface, aPeer, aSnapshot, membershipFact } from '../support/reports.js';

const NETWORKS = ['8056c2e21c000001', '8056c2e21c000002'] as const;
const ADDRESSES = ['a000000000', 'a000000001', 'a000000002'] as const;
const ROUNDS = 100;

/** Something that a host reports about itself, or that the API states about it. */
type Happening =
  | { is: 'fact'; host: number; fact: (host: ReportingHost) => AgentFact }
  | { is: 'settled'; host: number; outcome: Outcome }
  | { is: 'presence'; host: number; to: 'online' | 'unreachable' }
  | { is: 'pause'; host: number; paused: boolean };

const host = fc.nat(ADDRESSES.length - 1);
const daemonOf = (at: number, online: boolean) => ({ address: ADDRESSES[at] ?? '', version: '1.14.2', online });
const addresses = fc.uniqueArray(fc.constantFrom('10.1.2.3/24', '10.1.2.4/24', 'fd00::1/88'), { maxLength: 3 });
const network = fc.constantFrom(...NETWORKS);

const NODE = fc.record({
  host,
  type: fc.constantFrom('node.up', 'node.online', 'node.offline', 'node.heard', 'node.changed', 'node.down'),
  isKnown: fc.boolean(),
});
const FINDING = fc.record({
  host,
  code: fc.constantFrom('udp-blocked' as const, 'no-root-reached' as const),
  severity: fc.constantFrom('error' as const, 'error' as const, 'warning' as const),
  about: fc.constantFrom('host', 'node', 'membership'),
  isRaised: fc.boolean(),
});
const PATH = fc.record({
  host,
  peer: fc.constantFrom(...ADDRESSES, 'ffffffffff'),
  type: fc.constantFrom('path.direct' as const, 'path.relayed' as const, 'path.lost' as const),
  latencyMs: fc.constantFrom(null, 0.5, 1.5, 2.5, 3.2, 7e6),
  isSilent: fc.boolean(),
});

const OUTCOMES: readonly Outcome[] = [
  { kind: 'done' },
  { kind: 'waiting', code: 'configuration', cause: 'no answer', fix: 'wait' },
  { kind: 'failed', code: 'tun-missing', cause: 'no device', fix: 'look' },
];

const happening: fc.Arbitrary<Happening> = fc.oneof(
  NODE.map(({ host: at, type, isKnown }) => fact(at, ({ node }) => nodeFact(node, type, isKnown, at))),
  fc.record({ host, network, addresses, up: fc.boolean() }).map((one) =>
    fact(one.host, ({ node }) => {
      const after = anInterface({ device: `zt${one.network}`, addresses: one.addresses, up: one.up });
      const data = { node, network: one.network, device: after.device, after };
      return { type: one.up ? 'interface.up' : 'interface.changed', data };
    }),
  ),
  fc
    .record({ host, network, isOk: fc.boolean() })
    .map((one) =>
      fact(one.host, ({ node }) =>
        membershipFact(
          one.isOk ? 'authorization.granted' : 'authorization.requested',
          node,
          aMembership({ network: one.network, status: one.isOk ? 'OK' : 'ACCESS_DENIED' }),
        ),
      ),
    ),
  PATH.map((one) => fact(one.host, ({ node }) => pathFact(node, one))),
  fc.record({ is: fc.constant('settled' as const), host, outcome: fc.constantFrom(...OUTCOMES) }),
  FINDING.map((one) => fact(one.host, ({ node }) => findingFact(node, one))),
  fc.record({
    is: fc.constant('presence' as const),
    host,
    to: fc.constantFrom('online' as const, 'unreachable' as const),
  }),
  fc.record({ is: fc.constant('pause' as const), host, paused: fc.boolean() }),
);

function fact(at: number, make: (reporting: ReportingHost) => AgentFact): Happening {
  return { is: 'fact', host: at, fact: make };
}

function nodeFact(node: ReportingHost['node'], type: string, isKnown: boolean, at: number): AgentFact {
  const after = isKnown ? daemonOf(at, type !== 'node.offline') : null;
  if (type === 'node.down') return { type, data: { node, after, cause: isKnown ? 'no answer' : 'x'.repeat(300) } };
  return { type: type as 'node.up', data: { node, after } };
}

function pathFact(node: ReportingHost['node'], one: typeof PATH extends fc.Arbitrary<infer T> ? T : never): AgentFact {
  const { peer, type, latencyMs, isSilent } = one;
  if (type === 'path.lost') return { type, data: { node, peer, after: null } };
  const path = type === 'path.direct' ? 'direct' : 'relayed';
  return { type, data: { node, after: aPeer(peer, { path, latencyMs, ...(isSilent && { silent: true as const }) }) } };
}

function findingFact(
  node: ReportingHost['node'],
  { code, severity, about, isRaised }: typeof FINDING extends fc.Arbitrary<infer T> ? T : never,
): AgentFact {
  const of = {
    node: about === 'host' ? null : node,
    network: about === 'membership' ? NETWORKS[0] : null,
    item: null,
  };
  if (!isRaised) return { type: 'finding.cleared', data: { ...of, code } };
  return {
    type: 'finding.raised',
    data: { ...of, finding: { code, severity, cause: `${code} of ${about}`, fix: 'x' } },
  };
}

describe('the topology that a page keeps up to date by events', () => {
  /** No heartbeat is missed within a test. */
  const { api, closing } = apiFixture({ ORRERY_HEARTBEAT_SECONDS: '60' });
  const hosts: ReportingHost[] = [];
  /** What makes each of them a member of the first network. */
  const items: { item: ItemId; revision: number }[] = [];
  let stream: EventStream;
  const sql = (text: string, values: unknown[] = []) => api.database.query(text, values);
  const fresh = async () => (await api.ask('GET', '/v1/topology', Topology)).body;

  beforeAll(async () => {
    for (const [at, name] of ['left', 'middle', 'right'].entries()) {
      const reporting = closing(await ReportingHost.join(api, name));
      const path = `/v1/nodes/${name}/networks/${NETWORKS[0]}`;
      const { command } = (await api.ask('PUT', path, Accepted, { body: {} })).body;
      for (const { item } of command.items) items.push({ item, revision: command.revision });
      const memberships = NETWORKS.map((id) => aMembership({ network: id, device: `zt${id}` }));
      const snapshot = aSnapshot(reporting.node, memberships);
      const [seen] = snapshot.type === 'host.snapshot' ? snapshot.data.state.nodes : [];
      if (seen) seen.daemon = { known: true, value: daemonOf(at, true) };
      await reporting.say(snapshot);
      hosts.push(reporting);
    }
    await sql(`UPDATE host_status SET presence = 'online', last_seen_at = now()`);
    stream = closing(
      await EventStream.open(`${api.url}/v1/events/stream`, { authorization: `Bearer ${api.adminToken}` }),
    );
  }, 60_000);

  /** As the keeper of presence, and the request that pauses a host, write it. */
  const state = (id: string, change: string, type: string, values: unknown[]) =>
    sql(
      `WITH changed AS (${change}) INSERT INTO outbox (type, host_id, data)
       SELECT $2, $1, '{"name": "x", "cause": "x", "by": "x"}'::jsonb FROM changed`,
      [id, type, ...values],
    );

  async function happens(one: Happening): Promise<void> {
    const reporting = hosts[one.host];
    if (!reporting) throw new Error('no such host');
    if (one.is === 'fact') return reporting.say(one.fact(reporting));
    if (one.is === 'settled') {
      const item = items[one.host];
      if (!item) throw new Error('no item');
      return reporting.say({ type: 'item.settled', data: { ...item, outcome: one.outcome } });
    }
    if (one.is === 'pause') {
      const change = 'UPDATE hosts SET paused = $3 WHERE id = $1 AND paused <> $3 RETURNING id';
      return void (await state(reporting.id, change, one.paused ? 'host.paused' : 'host.resumed', [one.paused]));
    }
    const change = 'UPDATE host_status SET presence = $3 WHERE host_id = $1 AND presence <> $3 RETURNING host_id';
    await state(reporting.id, change, `host.${one.to}`, [one.to]);
  }

  /** All events that are committed have arrived; those that were not taken before. */
  let taken = 0;
  async function arrived(): Promise<CloudEvent[]> {
    await eventually(async () => ((await sql('SELECT FROM outbox')) as unknown[]).length === 0, { every: 5 });
    const [last] = (await sql('SELECT max(id)::int AS id FROM events')) as [{ id: number }];
    await eventually(() => Number(stream.lastId?.split('-').at(-1)) >= last.id, { every: 5 });
    const { events } = stream;
    const news = events.slice(taken);
    taken = events.length;
    return news;
  }

  it('is what a fresh look shows, whatever happens, and mostly without a look', async () => {
    await arrived();
    let kept = keptOf(await fresh());
    const covered = new Map<string, number>();
    let looks = 0;
    const rounds = fc.sample(fc.array(happening, { minLength: 1, maxLength: 3 }), { numRuns: ROUNDS, seed: 20 });
    for (const round of rounds) {
      for (const one of round) await happens(one);
      const events = await arrived();
      const after = afterEvents(kept, events);
      const now = await fresh();
      if (after) {
        const said = events.map(({ type, data }) => `${type} ${JSON.stringify(data)}`);
        expect({ said, topology: { ...after.topology, at: '' } }).toEqual({ said, topology: { ...now, at: '' } });
        for (const { type } of events) covered.set(type, (covered.get(type) ?? 0) + 1);
      } else looks++;
      kept = after ?? keptOf(now);
    }
    console.log(`${looks} looks after ${ROUNDS} rounds; covered: ${JSON.stringify(Object.fromEntries(covered))}`);
    expect(looks).toBeLessThan(ROUNDS / 2);
    expect(looks).toBeGreaterThan(0);
    const families = new Set([...covered.keys()].map((type) => type.replace('io.orrery.', '').split('.')[0]));
    expect(families).toEqual(
      new Set(['host', 'node', 'interface', 'authorization', 'path', 'finding', 'item', 'command']),
    );
  }, 120_000);
});
