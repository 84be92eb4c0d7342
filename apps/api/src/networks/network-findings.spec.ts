import { describe, expect, it } from '@jest/globals';
import { NEW_NETWORK, type NetworkConfig } from '@orrery/shared/contracts';
import { networkFindings, type NetworkUse } from './network-findings.js';

const routes = [{ target: '10.5.0.0/24', via: null }];
/** Room for four. */
const pools = [{ start: '10.5.0.1', end: '10.5.0.4' }];
const nobody: NetworkUse = { authorized: 0, addresses: [] };
const found = (config: Partial<NetworkConfig>, use: Partial<NetworkUse> = {}) =>
  networkFindings({ ...NEW_NETWORK, pools, routes, ...config }, { ...nobody, ...use });
const codes = (...of: Parameters<typeof found>) => found(...of).map(({ code }) => code);

describe('what is wrong with a network', () => {
  it('is nothing when there are addresses for all who are in it, with a cause and a fix for whatever there is', () => {
    expect(found({}, { authorized: 4, addresses: [{ node: 'deadbeef01', address: '10.5.0.200' }] })).toEqual([]);
    const all = found(
      { multicastLimit: 1 },
      { authorized: 5, addresses: [{ node: 'deadbeef01', address: '10.6.0.1' }] },
    );
    expect(all.map(({ code }) => code)).toEqual(['pool-exhausted', 'address-outside-routes', 'multicast-limit']);
    for (const { cause, fix } of all)
      expect([cause, fix]).toEqual([expect.stringMatching(/./), expect.stringMatching(/./)]);
  });

  it('is that no node ever gets an address without a pool and without a route', () => {
    expect(found({ pools: [], routes: [] })).toMatchObject([
      { code: 'network-without-addresses', severity: 'warning' },
    ]);
    expect(codes({ pools: [] })).toEqual([]);
  });

  it.each(['pools', 'rfc4193', 'sixPlane'] as const)(
    'is only worth a word when nodes get IPv6 addresses by %s',
    (way) => {
      const v6 = { pools: false, rfc4193: false, sixPlane: false, [way]: true };
      expect(found({ pools: [], routes: [], v6 })).toMatchObject([{ severity: 'info' }]);
    },
  );

  it('is that the pool is exhausted from the first node on that gets no address of it', () => {
    expect(codes({}, { authorized: 4 })).toEqual([]);
    expect(found({}, { authorized: 5 })).toMatchObject([
      { code: 'pool-exhausted', severity: 'error', cause: '5 nodes are authorized, but the pools have 4 addresses' },
    ]);
    expect(codes({ pools: [...pools, { start: '10.5.0.9', end: '10.5.0.9' }] }, { authorized: 5 })).toEqual([]);
  });

  it('is no exhausted pool where the controller gives no addresses of pools, or there is none', () => {
    expect(codes({ v4: { pools: false } }, { authorized: 5 })).toEqual([]);
    expect(codes({ pools: [] }, { authorized: 5 })).toEqual([]);
  });

  it('is an exhausted IPv4 pool also beside one of IPv6, which never is', () => {
    const six = { start: 'fd00::1', end: 'fd00::2' };
    const both = { routes: [...routes, { target: 'fd00::/64', via: null }] };
    expect(codes({ ...both, pools: [six] }, { authorized: 5 })).toEqual([]);
    expect(codes({ ...both, pools: [...pools, six] }, { authorized: 5 })).toEqual(['pool-exhausted']);
  });

  it('is an address that a person fixed and to which no route leads', () => {
    const addresses = [
      { node: 'deadbeef01', address: '10.5.0.200' },
      { node: 'deadbeef02', address: '10.6.0.7' },
    ];
    expect(found({}, { addresses })).toMatchObject([
      { code: 'address-outside-routes', cause: 'no route covers 10.6.0.7 of deadbeef02' },
    ]);
    expect(codes({}, { addresses: addresses.slice(0, 1) })).toEqual([]);
  });

  it('is that more nodes are authorized than a multicast reaches; a limit of 0 is none', () => {
    const wide = { pools: [{ start: '10.5.0.1', end: '10.5.0.254' }] };
    expect(codes({ ...wide, multicastLimit: 32 }, { authorized: 32 })).toEqual([]);
    expect(codes({ ...wide, multicastLimit: 32 }, { authorized: 33 })).toEqual(['multicast-limit']);
    expect(codes({ ...wide, multicastLimit: 0 }, { authorized: 33 })).toEqual([]);
  });
});
