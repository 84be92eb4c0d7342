import { describe, expect, it } from '@jest/globals';
import { ControllerNetwork, ControllerRecord, NEW_NETWORK, type NetworkConfig } from '@orrery/shared/contracts';
import {
  networkForCentral,
  networkOfCentral,
  recordForCentral,
  recordOfCentral,
  CentralMember,
  CentralNetwork,
} from './central-mapping.js';

const ID = '8056c2e21c000001';
const FULL: NetworkConfig = {
  private: false,
  pools: [
    { start: '10.1.2.1', end: '10.1.2.99' },
    { start: 'fd00::1', end: 'fd00::ff' },
  ],
  routes: [
    { target: '10.1.2.0/24', via: null },
    { target: '192.168.7.0/24', via: '10.1.2.3' },
  ],
  dns: { domain: 'lab.example', servers: ['10.1.2.3', 'fd00::3'] },
  mtu: 1400,
  broadcast: false,
  multicastLimit: 0,
  v4: { pools: false },
  v6: { pools: true, rfc4193: true, sixPlane: false },
  rules: [{ type: 'MATCH_ETHERTYPE', etherType: 2048, not: true }, { type: 'ACTION_DROP' }, { type: 'ACTION_ACCEPT' }],
  tags: [{ id: 1, default: 7 }],
  capabilities: [{ id: 2, default: false, rules: [{ type: 'ACTION_ACCEPT' }] }],
};

/** Maps to Central and back. */
const backAndForth = (name: string, config: NetworkConfig) =>
  networkOfCentral(CentralNetwork.parse({ id: ID, ...networkForCentral(name, config) }));

describe('a network of Central', () => {
  it.each([
    ['every setting', FULL],
    ['the settings of a new network', NEW_NETWORK],
  ])('is unchanged when mapped there and back, with %s', (_, config) => {
    expect(backAndForth('lab', config)).toEqual({ id: ID, name: 'lab', config });
  });

  it('has the field names of the document', () => {
    expect(networkForCentral('lab', FULL).config).toMatchObject({
      ipAssignmentPools: [{ ipRangeStart: '10.1.2.1', ipRangeEnd: '10.1.2.99' }, expect.anything()],
      enableBroadcast: false,
      v4AssignMode: { zt: false },
      v6AssignMode: { zt: true, rfc4193: true, '6plane': false },
    });
    expect(networkForCentral('lab', NEW_NETWORK).config.dns).toEqual({ domain: '', servers: [] });
  });

  it.each([
    ['no config', { id: ID, config: null }],
    [
      'null for every field',
      { id: ID, config: { name: null, private: null, dns: null, routes: null, rules: null, mtu: null } },
    ],
    ['DNS as an empty list, as controllers write it', { id: ID, config: { dns: [], mtu: 0 } }],
  ])('with %s is valid in the contract, and private as Central creates them', (_, answer) => {
    const network = networkOfCentral(CentralNetwork.parse(answer));
    expect(ControllerNetwork.parse(network)).toEqual(network);
    expect(network).toMatchObject({ name: '', config: { private: true, dns: null, mtu: 2800, routes: [] } });
  });

  it('loses invalid pools, routes and rules, and nothing else', () => {
    const answer = {
      id: ID,
      config: {
        ipAssignmentPools: [
          { ipRangeStart: 'x', ipRangeEnd: '10.0.0.9' },
          { ipRangeStart: '10.0.0.1', ipRangeEnd: '10.0.0.9' },
        ],
        routes: [{ target: '10.0.0.0/99' }, { target: '10.0.0.0/24' }],
        rules: [{ type: 'ACTION_OF_2031' }, { type: 'ACTION_ACCEPT' }],
      },
    };
    expect(networkOfCentral(CentralNetwork.parse(answer)).config).toMatchObject({
      pools: [{ start: '10.0.0.1', end: '10.0.0.9' }],
      routes: [{ target: '10.0.0.0/24', via: null }],
      rules: [{ type: 'ACTION_ACCEPT' }],
    });
  });
});

describe('a record of Central', () => {
  const MEMBER = {
    nodeId: 'abcdef0123',
    name: 'laptop',
    clientVersion: '1.14.1',
    physicalAddress: '203.0.113.9',
    config: {
      authorized: true,
      ipAssignments: ['10.0.0.3'],
      activeBridge: true,
      noAutoAssignIps: true,
      identity: 'abc',
    },
  };

  it('shows who is authorized, named, addressed and a bridge, but not from where the node connected', () => {
    const record = recordOfCentral(CentralMember.parse(MEMBER));
    expect(record).toEqual({
      ...{ address: 'abcdef0123', authorized: true, name: 'laptop', version: '1.14.1' },
      ...{ addresses: ['10.0.0.3'], bridge: true, noAutoAssign: true },
    });
    expect(JSON.stringify(CentralMember.parse(MEMBER))).not.toContain('203.0.113.9');
  });

  it('with nulls is one of a node that is not authorized', () => {
    const record = recordOfCentral(CentralMember.parse({ nodeId: 'abcdef0123', name: null, config: null }));
    expect(ControllerRecord.parse(record)).toEqual({
      ...{ address: 'abcdef0123', authorized: false, name: '', addresses: [] },
      ...{ bridge: false, noAutoAssign: false, version: null },
    });
  });

  it.each([
    ['1.14.1', '1.14.1'],
    ['1.6.3_2', '1.6.3_2'],
    ['-1.-1.-1', null],
    ['0.0.0', null],
    ['', null],
    [null, null],
  ])('of clientVersion %j has the version %j', (clientVersion, version) => {
    expect(recordOfCentral(CentralMember.parse({ ...MEMBER, clientVersion })).version).toBe(version);
  });

  it('is changed only in the named fields', () => {
    const address = 'abcdef0123';
    expect(recordForCentral({ address, authorized: true })).toEqual({ config: { authorized: true } });
    expect(recordForCentral({ address, name: 'n' })).toEqual({ name: 'n', config: {} });
    expect(recordForCentral({ address, authorized: false, addresses: [], bridge: false, noAutoAssign: true })).toEqual({
      config: { authorized: false, ipAssignments: [], activeBridge: false, noAutoAssignIps: true },
    });
  });
});
