import { beforeEach, describe, expect, it } from '@jest/globals';
import { identityFrom, IDENTITY_BYTES } from './identity.js';
import { MemoryWorld } from './memory-world.js';

const LAN = '192.168.10.0/24';
const HALVES = ['192.168.10.0/25', '192.168.10.128/25'];
const FIRST = '10.99.0.11';
const SECOND = '10.99.0.12';
const via = (gateway: string | null, ...targets: string[]) => targets.map((target) => ({ target, via: gateway }));
const identityOf = (seed: number) => identityFrom(new Uint8Array(IDENTITY_BYTES).fill(seed)).identity;

/** What zerotier-one 1.14.1 did in the same situations (docs/zerotier-facts.md#routes). */
describe('routes with a gateway', () => {
  let world: MemoryWorld;
  let controller: string;
  let network: string;
  let client: string;

  const ask = (node: string, method: string, path: string, body?: object): unknown => {
    const text = body && JSON.stringify(body);
    const headers = { 'x-zt1-auth': 'secret' };
    const answer = world.handle(node, { method, path, headers, ...(text !== undefined && { body: text }) });
    return JSON.parse(answer?.body ?? 'null');
  };
  const wait = (ms: number) => {
    world.advance(world.now + ms);
  };
  const announce = (...routes: object[]) => {
    const body = { routes: [{ target: '10.99.0.0/24' }, ...routes] };
    ask(controller, 'POST', `/controller/network/${network}`, body);
    wait(50);
  };
  const member = (seed: number, address: string, settings?: string): string => {
    const identity = identityOf(seed);
    const body = { authorized: true, ipAssignments: [address] };
    ask(controller, 'POST', `/controller/network/${network}/member/${identity.address}`, body);
    const networkFiles = { [`${network}.conf`]: '', ...(settings && { [`${network}.local.conf`]: settings }) };
    world.start({ identity, token: 'secret', networkFiles });
    wait(1_000);
    return identity.address;
  };
  const kernel = (node: string) => {
    const routes = world.interfaces(node)[0]?.routes ?? [];
    return routes.filter((route) => route.target !== '10.99.0.0/24');
  };
  const listed = (node: string) => {
    const { routes } = ask(node, 'GET', `/network/${network}`) as { routes: { target: string; via: string | null }[] };
    return routes.filter(({ target }) => target !== '10.99.0.0/24').map(({ target, via }) => ({ target, via }));
  };

  beforeEach(() => {
    world = new MemoryWorld({ now: 1_000_000, implicit: null });
    controller = world.start({ identity: identityOf(7), token: 'secret' });
    const made = ask(controller, 'POST', `/controller/network/${controller}______`, { v4AssignMode: { zt: true } });
    network = (made as { id: string }).id;
    announce();
    client = member(8, '10.99.0.13');
  });

  it('are in the kernel of every member but the gateway, which lists them too', () => {
    const router = member(9, FIRST);
    announce(...via(FIRST, LAN));
    expect(kernel(client)).toEqual(via(FIRST, LAN));
    expect(listed(router)).toEqual(via(FIRST, LAN));
    expect(kernel(router)).toEqual([]);
  });

  it('keep their first gateway while their target stays, whatever is listed', () => {
    announce(...via(FIRST, LAN));
    announce(...via(SECOND, LAN));
    wait(240_000);
    expect(listed(client)).toEqual(via(SECOND, LAN));
    expect(kernel(client)).toEqual(via(FIRST, LAN));
    announce();
    expect(kernel(client)).toEqual([]);
    announce(...via(SECOND, LAN));
    expect(kernel(client)).toEqual(via(SECOND, LAN));
  });

  it('move to another gateway as halves, which keep theirs too, and back as a whole', () => {
    announce(...via(FIRST, LAN));
    announce(...via(FIRST, LAN), ...via(SECOND, ...HALVES));
    expect(kernel(client)).toEqual([...via(FIRST, LAN), ...via(SECOND, ...HALVES)]);
    announce(...via(SECOND, ...HALVES));
    announce(...via(FIRST, ...HALVES));
    expect(kernel(client)).toEqual(via(SECOND, ...HALVES));
    announce(...via(FIRST, LAN));
    expect(kernel(client)).toEqual(via(FIRST, LAN));
  });

  it('follow a new gateway after a start, unless the daemon missed it: then it keeps the one on its disk', () => {
    const restart = (networkFiles: Record<string, string>) => {
      world.start({ identity: identityOf(8), token: 'secret', networkFiles });
    };
    announce(...via(FIRST, LAN));
    const old = world.stop(client);
    announce(...via(SECOND, LAN));
    restart(old);
    wait(2_000);
    expect(listed(client)).toEqual(via(SECOND, LAN));
    expect(kernel(client)).toEqual(via(FIRST, LAN));
    restart(world.stop(client));
    wait(1_000);
    expect(kernel(client)).toEqual(via(SECOND, LAN));
  });

  it('come with the configuration of the controller after a start, or half a minute later without it', () => {
    announce(...via(FIRST, LAN));
    const networkFiles = world.stop(client);
    world.pause(controller);
    world.start({ identity: identityOf(8), token: 'secret', networkFiles });
    wait(29_000);
    expect(world.interfaces(client)[0]?.addresses).toEqual(['10.99.0.13/24']);
    expect(kernel(client)).toEqual([]);
    wait(6_000);
    expect(kernel(client)).toEqual(via(FIRST, LAN));
  });

  it('are not in the kernel without a gateway in the network, and the first of two counts', () => {
    const router = member(9, FIRST);
    announce(...via('10.250.0.1', '10.77.1.0/24'), ...via(null, '10.77.3.0/24'), ...via('10.99.0.99', '10.77.2.0/24'));
    expect(kernel(client)).toEqual(via('10.99.0.99', '10.77.2.0/24'));
    announce(...via(FIRST, LAN), ...via(SECOND, LAN));
    expect(kernel(client)).toEqual(via(FIRST, LAN));
    expect(kernel(router)).toEqual(via(SECOND, LAN));
  });

  it('stay out of a kernel whose list of prefixes does not name them', () => {
    const listing = member(9, '10.99.0.14', `allowManaged=10.99.0.0/24,${LAN}\n`);
    const poolOnly = member(10, '10.99.0.15', 'allowManaged=10.99.0.0/24\n');
    announce(...via(FIRST, ...HALVES));
    expect(kernel(listing)).toEqual(via(FIRST, ...HALVES));
    expect(kernel(poolOnly)).toEqual([]);
    expect(listed(poolOnly)).toEqual(via(FIRST, ...HALVES));
  });
});
