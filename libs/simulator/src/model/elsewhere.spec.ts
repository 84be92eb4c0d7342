import { beforeEach, describe, expect, it } from '@jest/globals';
import type { Elsewhere } from './elsewhere.js';
import { identityFrom, IDENTITY_BYTES } from './identity.js';
import { MemoryWorld } from './memory-world.js';
import type { Message } from './messages.js';

const identityOf = (seed: number) => identityFrom(new Uint8Array(IDENTITY_BYTES).fill(seed)).identity;
const START = 1_000_000;

/** Connects two worlds. Messages arrive at once, unless the other side is unreachable. */
class Beside implements Elsewhere {
  readonly announced = new Set<string>();
  readonly sent: Message[] = [];
  other: MemoryWorld | undefined;
  theirs = new Set<string>();

  announce(address: string): void {
    this.announced.add(address);
  }

  knows(address: string): boolean {
    return this.theirs.has(address);
  }

  send(message: Message): void {
    this.sent.push(message);
    this.other?.receive(message, this.other.now);
  }
}

describe('two connected worlds', () => {
  let ours: { world: MemoryWorld; way: Beside };
  let theirs: { world: MemoryWorld; way: Beside };
  let controller: string;
  let node: string;
  let network: string;

  const ask = (world: MemoryWorld, address: string, method: string, path: string, body?: object): unknown => {
    const text = method === 'POST' ? JSON.stringify(body ?? {}) : undefined;
    const headers = { 'x-zt1-auth': 'secret' };
    const answer = world.handle(address, { method, path, headers, ...(text !== undefined && { body: text }) });
    return JSON.parse(answer?.body || 'null');
  };
  const authorize = (authorized: boolean) =>
    ask(ours.world, controller, 'POST', `/controller/network/${network}/member/${node}`, { authorized });
  const status = (id = network) =>
    (ask(theirs.world, node, 'GET', `/network/${id}`) as { status?: string } | null)?.status;
  const pass = (ms: number) => {
    const now = theirs.world.now + ms;
    ours.world.advance(now);
    theirs.world.advance(now);
  };

  beforeEach(() => {
    const [one, two] = [new Beside(), new Beside()];
    ours = { world: new MemoryWorld({ now: START, elsewhere: one }), way: one };
    theirs = { world: new MemoryWorld({ now: START, elsewhere: two }), way: two };
    [one.other, two.other] = [theirs.world, ours.world];
    controller = ours.world.start({ identity: identityOf(7), token: 'secret' });
    node = theirs.world.start({ identity: identityOf(9), token: 'secret' });
    // A network joined at runtime waits for the next round, which comes in 0.4 s.
    pass(4_610);
    [one.theirs, two.theirs] = [new Set([node]), one.announced];
    network = `${controller}000001`;
  });

  const create = () =>
    ask(ours.world, controller, 'POST', `/controller/network/${network}`, {
      ...{ name: 'lab', v4AssignMode: { zt: true }, routes: [{ target: '10.182.44.0/24' }] },
      ipAssignmentPools: [{ ipRangeStart: '10.182.44.1', ipRangeEnd: '10.182.44.254' }],
    });

  it('announce a controller with its first network, not before', () => {
    ask(ours.world, controller, 'GET', '/controller');
    expect(ours.way.announced).toEqual(new Set());
    create();
    expect(ours.way.announced).toEqual(new Set([controller]));
  });

  it('admit a node of one to a network on a controller of the other, with an address of its pool', () => {
    create();
    authorize(true);
    ask(theirs.world, node, 'POST', `/network/${network}`);
    pass(500);
    expect(status()).toBe('OK');
    expect(theirs.world.interfaces(node)[0]?.addresses[0]).toMatch(/^10\.182\.44\.\d+\/24$/);
  });

  it('keep the node out until it is authorized, and notify it of changes at once when it was authorized before', () => {
    create();
    ask(theirs.world, node, 'POST', `/network/${network}`);
    pass(500);
    expect(status()).toBe('ACCESS_DENIED');
    authorize(true);
    pass(6_000);
    expect(status()).toBe('OK');
    ask(ours.world, controller, 'POST', `/controller/network/${network}`, { name: 'renamed' });
    expect(ask(theirs.world, node, 'GET', `/network/${network}`)).toMatchObject({ name: 'renamed' });
  });

  it('do not notify a node that is deauthorized; it notices once its configuration expires', () => {
    create();
    authorize(true);
    ask(theirs.world, node, 'POST', `/network/${network}`);
    pass(500);
    authorize(false);
    pass(10_000);
    expect(status()).toBe('OK');
    pass(60_000);
    expect(status()).toBe('ACCESS_DENIED');
    authorize(true);
    expect(status()).toBe('OK');
  });

  it('get no answer from an unreachable controller, and do not take its network for an implicit one', () => {
    create();
    theirs.way.other = undefined;
    ask(theirs.world, node, 'POST', `/network/${network}`);
    pass(20_000);
    expect(status()).toBe('REQUESTING_CONFIGURATION');
    expect(theirs.way.sent.length).toBeGreaterThan(1);
    expect(() => theirs.world.authorize(network, node)).toThrow(/controller of its own/);
  });

  it('keep implicit networks separate', () => {
    create();
    ask(theirs.world, node, 'POST', '/network/8056c2e21c000001');
    pass(3_000);
    expect(status('8056c2e21c000001')).toBe('OK');
    expect(theirs.way.sent).toEqual([]);
  });

  it('drop messages for a node that is not here, even when it asks for an implicit network', () => {
    const identity = identityOf(9).public;
    const request = { kind: 'config-request', from: node, to: '8056c2e21c', networkId: '8056c2e21c000001' } as const;
    ours.world.receive({ ...request, identity }, ours.world.now);
    pass(5_000);
    expect(ours.way.sent).toEqual([]);
  });
});
