import { describe, expect, it } from '@jest/globals';
import { addressesOf, assignAddress } from './address-pool.js';
import { patchMember, patchNetwork, type Body } from './controller-patch.js';
import { newMember, newNetwork } from './controller-records.js';

const ID = 'f5a6c572f6438598';
const POOL = {
  v4AssignMode: { zt: true },
  ipAssignmentPools: [{ ipRangeStart: '10.99.0.1', ipRangeEnd: '10.99.0.254' }],
  routes: [{ target: '10.99.0.0/24' }],
};
const network = (body: Body = POOL) => patchNetwork(newNetwork(ID, 0), body);
const member = (address: string, body: Body = {}) => patchMember(newMember(ID, address, 0), body, 0);

describe('address assignment', () => {
  it('assigns the addresses that the real controller assigned to these nodes', () => {
    const given = (address: string) => addressesOf(network(), assignAddress(network(), member(address), []));
    expect(given('3a4f1af7fa')).toEqual(['10.99.0.70/24']);
    expect(given('34c61d4de0')).toEqual(['10.99.0.244/24']);
    expect(given('38bba1b421')).toEqual(['10.99.0.241/24']);
  });

  it('never assigns one address to two nodes', () => {
    const first = assignAddress(network(), member('3a4f1af7fa'), []);
    const second = assignAddress(network(), { ...member('3a4f1af7fa') }, [first]);
    expect(second.ipAssignments).toHaveLength(1);
    expect(second.ipAssignments).not.toEqual(first.ipAssignments);
  });

  it('assigns nothing without a pool, a route or the mode, or when the node wants no address', () => {
    const none = (body: Body, wish: Body = {}) =>
      assignAddress(network(body), member('3a4f1af7fa', wish), []).ipAssignments;
    expect(none({ ...POOL, ipAssignmentPools: [] })).toEqual([]);
    expect(none({ ...POOL, routes: [] })).toEqual([]);
    expect(none({ ...POOL, v4AssignMode: { zt: false } })).toEqual([]);
    expect(none(POOL, { noAutoAssignIps: true })).toEqual([]);
    expect(none(POOL)).toEqual(['10.99.0.70']);
  });

  it('assigns nothing when the pool is exhausted', () => {
    const tiny = network({ ...POOL, ipAssignmentPools: [{ ipRangeStart: '10.99.0.5', ipRangeEnd: '10.99.0.5' }] });
    const first = assignAddress(tiny, member('3a4f1af7fa'), []);
    expect(first.ipAssignments).toEqual(['10.99.0.5']);
    expect(assignAddress(tiny, member('34c61d4de0'), [first]).ipAssignments).toEqual([]);
  });

  it('computes both kinds of IPv6 address from network and node', () => {
    const both = network({ v6AssignMode: { rfc4193: true, '6plane': true } });
    expect(addressesOf(both, member('3a4f1af7fa'))).toEqual([
      'fdf5:a6c5:72f6:4385:9899:933a:4f1a:f7fa/88',
      'fc03:e540:ea3a:4f1a:f7fa::1/40',
    ]);
  });
});
