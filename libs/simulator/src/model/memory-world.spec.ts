import { beforeEach, describe, expect, it } from '@jest/globals';
import { identityFrom, IDENTITY_BYTES } from './identity.js';
import { MemoryWorld } from './memory-world.js';

const PUBLIC_NETWORK = '8056c2e21c000001';
const OTHER_NETWORK = '8056c2e21c000002';
const PRIVATE_NETWORK = '8056c2e21cde0001';
const identityOf = (seed: number) => identityFrom(new Uint8Array(IDENTITY_BYTES).fill(seed)).identity;

describe('a world of simulated daemons', () => {
  let world: MemoryWorld;
  let node: string;

  beforeEach(() => {
    world = new MemoryWorld({ now: 1_000_000 });
    node = world.start({ identity: identityOf(7), token: 'secret' });
    // A network joined at runtime waits for the next round, which comes in 0.4 s.
    world.advance(world.now + 4_610);
  });

  const ask = (method: string, path: string, body?: object): unknown => {
    const text = method === 'GET' || method === 'DELETE' ? undefined : JSON.stringify(body ?? {});
    const headers = { 'x-zt1-auth': 'secret' };
    const answer = world.handle(node, { method, path, headers, ...(text !== undefined && { body: text }) });
    return JSON.parse(answer?.body ?? 'null');
  };
  const status = (network: string): unknown => (ask('GET', `/network/${network}`) as { status?: string }).status;

  it('admits a node to an implicit network a second after it asked, with an address from its own pool', () => {
    ask('POST', `/network/${PUBLIC_NETWORK}`);
    world.advance(world.now + 500);
    expect(status(PUBLIC_NETWORK)).toBe('REQUESTING_CONFIGURATION');
    world.advance(world.now + 1_000);
    expect(status(PUBLIC_NETWORK)).toBe('OK');
    expect(world.interfaces(node)[0]?.addresses[0]).toMatch(/^10\.0\.1\.\d+\/24$/);
  });

  it('keeps a node out of a network whose ID means private, until somebody authorizes it', () => {
    ask('POST', `/network/${PRIVATE_NETWORK}`);
    world.advance(world.now + 10_000);
    expect(status(PRIVATE_NETWORK)).toBe('ACCESS_DENIED');
    expect(world.interfaces(node)).toMatchObject([{ up: true, addresses: [] }]);
    world.authorize(PRIVATE_NETWORK, node);
    world.advance(world.now + 100);
    expect(status(PRIVATE_NETWORK)).toBe('OK');
    expect(world.interfaces(node)[0]?.addresses).toHaveLength(1);
  });

  it('keeps a node out of a network that is listed as private', () => {
    world = new MemoryWorld({ now: 0, implicit: { privateNetworks: [PUBLIC_NETWORK] } });
    world.start({ identity: identityOf(7), token: 'secret' });
    ask('POST', `/network/${PUBLIC_NETWORK}`);
    world.advance(20_000);
    expect(status(PUBLIC_NETWORK)).toBe('ACCESS_DENIED');
  });

  it('keeps authorizations across a restart when its controllers are kept', () => {
    ask('POST', `/network/${PRIVATE_NETWORK}`);
    world.authorize(PRIVATE_NETWORK, node);
    const later = new MemoryWorld({ now: world.now, controllers: world.controllers() });
    later.start({ identity: identityOf(7), token: 'secret', networkFiles: world.networkFiles(node) });
    world = later;
    world.advance(world.now + 500);
    expect(status(PRIVATE_NETWORK)).toBe('OK');
  });

  it('answers with any refusal that a test requests, until the test ends it', () => {
    world.refuse(PUBLIC_NETWORK, { code: 'AUTHENTICATION_REQUIRED', authenticationUrl: 'https://sso.test/' });
    ask('POST', `/network/${PUBLIC_NETWORK}`);
    world.advance(world.now + 2_000);
    expect(ask('GET', `/network/${PUBLIC_NETWORK}`)).toMatchObject({
      status: 'AUTHENTICATION_REQUIRED',
      authenticationURL: 'https://sso.test/',
    });
    world.refuse(PUBLIC_NETWORK, null);
    world.advance(world.now + 6_000);
    expect(status(PUBLIC_NETWORK)).toBe('OK');
  });

  it('shows a port error before anything else', () => {
    ask('POST', `/network/${PUBLIC_NETWORK}`);
    world.advance(world.now + 2_000);
    world.setPortError(node, PUBLIC_NETWORK, 1);
    expect(status(PUBLIC_NETWORK)).toBe('PORT_ERROR');
    world.setPortError(node, PUBLIC_NETWORK, 0);
    expect(status(PUBLIC_NETWORK)).toBe('OK');
  });

  it('asks first for the networks in its files at the start, and a round later for those joined since', () => {
    world = new MemoryWorld({ now: 0 });
    const networkFiles = { [`${PUBLIC_NETWORK}.conf`]: '' };
    node = world.start({ identity: identityOf(7), token: 'secret', networkFiles });
    ask('POST', `/network/${OTHER_NETWORK}`);
    world.advance(2_000);
    expect([status(PUBLIC_NETWORK), status(OTHER_NETWORK)]).toEqual(['OK', 'REQUESTING_CONFIGURATION']);
    world.advance(7_000);
    expect([status(PUBLIC_NETWORK), status(OTHER_NETWORK)]).toEqual(['OK', 'OK']);
  });

  it('loses messages to and from a node that is cut off, and no others', () => {
    world = new MemoryWorld({ now: 0 });
    node = world.start({ identity: identityOf(7), token: 'secret' });
    world.setCutOff(node, true);
    ask('POST', `/network/${PUBLIC_NETWORK}`);
    world.advance(world.now + 30_000);
    expect(status(PUBLIC_NETWORK)).toBe('REQUESTING_CONFIGURATION');
    expect(ask('GET', '/status')).toMatchObject({ online: false });
    world.setCutOff(node, false);
    world.advance(world.now + 12_000);
    expect(status(PUBLIC_NETWORK)).toBe('OK');
    expect(ask('GET', '/status')).toMatchObject({ online: true });
  });

  it('shows peers with and without a direct path', () => {
    const other = world.start({ identity: identityOf(9), token: 'secret' });
    world.traffic(node, other, true);
    expect(ask('GET', `/peer/${other}`)).toMatchObject({ role: 'LEAF', paths: [] });
    world.traffic(node, other);
    expect(ask('GET', `/peer/${other}`)).toMatchObject({ role: 'LEAF', paths: [{ active: true }] });
  });

  it('rejects a request when the daemon is not running', () => {
    world.stop(node);
    expect(() => world.handle(node, { method: 'GET', path: '/status', headers: {} })).toThrow(/no zerotier-one/);
  });
});
