import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Accepted, type NodeAddress } from '@orrery/shared/contracts';
import { newId } from '@orrery/shared/runtime';
import { apiFixture } from '../../../../test/support/api-fixture.js';
import { newAddress, sayHello } from '../../../../test/support/controller-host.js';
import { joinHost, ListeningAgent } from '../../../../test/support/joined-host.js';
import { eventually } from '../../../../test/support/servers.js';
import { reserveIdentity } from './identities.js';

const NETWORK = '8056c2e21c00000a';
const SOON = { within: 20_000 };
/** Fifty that need one lock, on a machine where each gets a tenth of a processor. */
const BUSY_MS = 150_000;

const { api } = apiFixture();
let one: ListeningAgent;
let other: ListeningAgent;
let count = 0;

beforeEach(async () => {
  count++;
  one = await ListeningAgent.connect(await joinHost(api, `one-${count}`));
  other = await ListeningAgent.connect(await joinHost(api, `other-${count}`));
});
afterEach(async () => {
  await one?.close();
  await other?.close();
});

const addresses = (many: number) => Array.from({ length: many }, newAddress);
/**
 * On a busy machine, some of the fifty may wait longer for the lock of one host than the three seconds allowed: they
 * get 503 and try again.
 */
const launch = async ({ joined }: ListeningAgent, name: string) => {
  const asking = { body: { name, networks: [NETWORK] }, headers: { 'idempotency-key': randomUUID() } };
  const ask = () => api.ask('POST', `/v1/hosts/${joined.name}/containers`, Accepted, asking);
  return (await eventually(ask, { within: BUSY_MS, every: 500, what: 'the launch' })).body.command;
};
const identitiesIn = (agent: ListeningAgent) =>
  (agent.newest?.items ?? []).flatMap((item) => (item.kind === 'container' ? [item['identity'] ?? null] : []));

interface Row {
  state: string;
  host: string;
}
async function row(address: NodeAddress): Promise<Row | undefined> {
  const rows = await api.database.query<Row[]>(
    'SELECT i.state, h.name AS host FROM identities i JOIN hosts h ON h.id = i.host_id WHERE i.address = $1',
    [address],
  );
  return rows[0];
}
const state = async (address: NodeAddress) => (await row(address))?.state;

describe('a pre-generated identity', () => {
  it('is free, then assigned, then retired, and never returns to an earlier state', async () => {
    const [address = '', next = ''] = addresses(2);
    await sayHello(one, [address]);
    expect(await state(address)).toBe('free');
    await launch(one, 'demo');
    expect(await state(address)).toBe('assigned');
    await sayHello(one, [address, next]);
    expect([await state(address), await state(next)]).toEqual(['assigned', 'free']);
    await api.database.query("DELETE FROM nodes WHERE host_id = $1 AND kind = 'container'", [one.joined.hostId]);
    await eventually(async () => (await state(address)) === 'retired', SOON);
    await sayHello(one, [address, next]);
    expect([await state(address), await state(next)]).toEqual(['retired', 'free']);
  });

  it('is retired when it is no longer offered, and stays so when it is offered again', async () => {
    const [address = '', kept = ''] = addresses(2);
    await sayHello(one, [address, kept]);
    await sayHello(one, [kept]);
    expect([await state(address), await state(kept)]).toEqual(['retired', 'free']);
    await sayHello(one, [address, kept]);
    expect([await state(address), await state(kept)]).toEqual(['retired', 'free']);
  });

  it('is not retired by the offers of another host', async () => {
    const [address = '', theirs = ''] = addresses(2);
    await sayHello(one, [address]);
    await sayHello(other, [theirs]);
    expect([await state(address), await state(theirs)]).toEqual(['free', 'free']);
  });

  it('that two hosts offer belongs to the first; the second launches without it', async () => {
    const [address = '', own = ''] = addresses(2);
    await sayHello(one, [address]);
    await sayHello(other, [address]);
    expect(await row(address)).toEqual({ state: 'free', host: one.joined.name });
    await launch(other, 'demo');
    await eventually(() => identitiesIn(other).length === 1, SOON);
    expect([identitiesIn(other), await state(address)]).toEqual([[null], 'free']);
    await sayHello(other, [address, own]);
    await launch(other, 'second');
    await eventually(() => identitiesIn(other).includes(own), SOON);
  });

  it('that a node already shows is not taken from that node, even on its own host', async () => {
    const [shown = '', free = ''] = addresses(2);
    await api.database.query(
      `INSERT INTO node_status (node_id, host_id, state, address, ordinal, seq, updated_at) VALUES ($1, $2, 'up', $3, 1, 1, now())`,
      [other.joined.nodeId, other.joined.hostId, shown],
    );
    await sayHello(one, [shown, free]);
    await sayHello(other, [shown]);
    expect([await row(shown), await state(free)]).toEqual([undefined, 'free']);
  });

  it('goes with its host', async () => {
    const [address = '', theirs = ''] = addresses(2);
    await sayHello(one, [address]);
    await sayHello(other, [theirs]);
    await api.database.query('DELETE FROM hosts WHERE id = $1', [one.joined.hostId]);
    expect([await row(address), await state(theirs)]).toEqual([undefined, 'free']);
  });
});

describe('fifty at the same moment', () => {
  it('launches on one host take fifty different identities, and the next takes none', async () => {
    const offered = addresses(50);
    await sayHello(one, offered);
    await Promise.all(offered.map((_, index) => launch(one, `demo-${index}`)));
    await eventually(() => identitiesIn(one).length === 50, SOON);
    expect([...identitiesIn(one)].sort()).toEqual([...offered].sort());
    await launch(one, 'late');
    await eventually(() => identitiesIn(one).length === 51, SOON);
    expect(identitiesIn(one).filter((identity) => identity === null)).toHaveLength(1);
  }, 180_000);

  it('transactions without a lock on the host do not wait for each other, and take no address twice', async () => {
    const offered = addresses(40);
    await sayHello(one, offered);
    const nodes = Array.from({ length: 50 }, () => newId('nod'));
    // One that gets no connection in time has reserved nothing.
    const reserve = (node: (typeof nodes)[number]) =>
      eventually(
        () => api.database.transaction(async (tx) => ({ address: await reserveIdentity(tx, one.joined.hostId, node) })),
        { within: BUSY_MS, every: 500, what: 'a transaction' },
      );
    const took = (await Promise.all(nodes.map(reserve))).map(({ address }) => address);
    const taken = took.flatMap((address) => address ?? []);
    expect([...taken].sort()).toEqual([...offered].sort());
    expect(took.filter((address) => address === undefined)).toHaveLength(10);
  }, 180_000);

  it('an identity that an unfinished transaction is taking is skipped, and is free again if that fails', async () => {
    const [first = '', second = ''] = addresses(2).sort();
    await sayHello(one, [first, second]);
    const reserve = () => api.database.transaction((tx) => reserveIdentity(tx, one.joined.hostId, newId('nod')));
    const failed = api.database.transaction(async (tx) => {
      const held = await reserveIdentity(tx, one.joined.hostId, newId('nod'));
      const meanwhile = await reserve();
      expect([held, meanwhile]).toEqual([first, second]);
      throw new Error('the launch was refused');
    });
    await expect(failed).rejects.toThrow('the launch was refused');
    expect(await state(first)).toBe('free');
    expect(await reserve()).toBe(first);
    expect(await reserve()).toBeUndefined();
  });
});
