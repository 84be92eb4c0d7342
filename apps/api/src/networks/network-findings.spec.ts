import { describe, expect, it } from '@jest/globals';
import { NEW_NETWORK, type NetworkConfig } from '@orrery/shared/contracts';
import { networkFindings, type NetworkUse } from './network-findings.js';

const routes = [{ target: '10.5.0.0/24', via: null }];
/** Room for four addresses. */
const pools = [{ start: '10.5.0.1', end: '10.5.0.4' }];
const nobody: NetworkUse = { authorized: 0, addresses: [] };
const found = (config: Partial<NetworkConfig>, use: Partial<NetworkUse> = {}) =>
  networkFindings({ ...NEW_NETWORK, pools, routes, ...config }, { ...nobody, ...use });
const codes = (...of: Parameters<typeof found>) => found(...of).map(({ code }) => code);

describe('the findings of a network', () => {
  it('are none while there are addresses for all its nodes, and otherwise each has a cause and a fix', () => {
    expect(found({}, { authorized: 4, addresses: [{ node: 'deadbeef01', address: '10.5.0.200' }] })).toEqual([]);
    const all = found(
      { multicastLimit: 1 },
      { authorized: 5, addresses: [{ node: 'deadbeef01', address: '10.6.0.1' }] },
    );
    expect(all.map(({ code }) => code)).toEqual(['pool-exhausted', 'address-outside-routes', 'multicast-limit']);
    for (const { cause, fix } of all)
      expect([cause, fix]).toEqual([expect.stringMatching(/./), expect.stringMatching(/./)]);
  });

  it('include that no node ever gets an address when there is no pool or no route', () => {
    expect(found({ pools: [], routes: [] })).toMatchObject([
      { code: 'network-without-addresses', severity: 'warning' },
    ]);
    expect(codes({ pools: [] })).toEqual([]);
  });

  it.each(['pools', 'rfc4193', 'sixPlane'] as const)('are only warnings when nodes get IPv6 addresses by %s', (way) => {
    const v6 = { pools: false, rfc4193: false, sixPlane: false, [way]: true };
    expect(found({ pools: [], routes: [], v6 })).toMatchObject([{ severity: 'info' }]);
  });

  it('include an exhausted pool as soon as one node gets no address from it', () => {
    expect(codes({}, { authorized: 4 })).toEqual([]);
    expect(found({}, { authorized: 5 })).toMatchObject([
      { code: 'pool-exhausted', severity: 'error', cause: '5 nodes are authorized, but the pools have 4 addresses' },
    ]);
    expect(codes({ pools: [...pools, { start: '10.5.0.9', end: '10.5.0.9' }] }, { authorized: 5 })).toEqual([]);
  });

  it('include no exhausted pool when the controller assigns no pool addresses, or there is no pool', () => {
    expect(codes({ v4: { pools: false } }, { authorized: 5 })).toEqual([]);
    expect(codes({ pools: [] }, { authorized: 5 })).toEqual([]);
  });

  it('include an exhausted IPv4 pool next to one of IPv6, which is never exhausted', () => {
    const six = { start: 'fd00::1', end: 'fd00::2' };
    const both = { routes: [...routes, { target: 'fd00::/64', via: null }] };
    expect(codes({ ...both, pools: [six] }, { authorized: 5 })).toEqual([]);
    expect(codes({ ...both, pools: [...pools, six] }, { authorized: 5 })).toEqual(['pool-exhausted']);
  });

  it('include a fixed address that no route covers', () => {
    const addresses = [
      { node: 'deadbeef01', address: '10.5.0.200' },
      { node: 'deadbeef02', address: '10.6.0.7' },
    ];
    expect(found({}, { addresses })).toMatchObject([
      { code: 'address-outside-routes', cause: 'no route covers 10.6.0.7 of deadbeef02' },
    ]);
    expect(codes({}, { addresses: addresses.slice(0, 1) })).toEqual([]);
  });

  it('include more authorized nodes than a multicast reaches; a limit of 0 is not a limit', () => {
    const wide = { pools: [{ start: '10.5.0.1', end: '10.5.0.254' }] };
    expect(codes({ ...wide, multicastLimit: 32 }, { authorized: 32 })).toEqual([]);
    expect(codes({ ...wide, multicastLimit: 32 }, { authorized: 33 })).toEqual(['multicast-limit']);
    expect(codes({ ...wide, multicastLimit: 0 }, { authorized: 33 })).toEqual([]);
  });
});
