import { describe, expect, it } from '@jest/globals';
import { NetworkConfigChange } from './controllers.js';
import { FlowRule, type RuleType } from './network-rules.js';

/** One rule of each type, as a controller shows it. */
const SHOWN: Record<RuleTypeName, object> = {
  ACTION_DROP: {},
  ACTION_ACCEPT: {},
  ACTION_TEE: { address: '89e92ceee5', flags: 0, length: 1500 },
  ACTION_WATCH: { address: '89e92ceee5', flags: 1, length: 0 },
  ACTION_REDIRECT: { address: '89e92ceee5', flags: 0 },
  ACTION_BREAK: {},
  ACTION_PRIORITY: { qosBucket: 3 },
  MATCH_SOURCE_ZEROTIER_ADDRESS: { zt: '89e92ceee5' },
  MATCH_DEST_ZEROTIER_ADDRESS: { zt: '89e92ceee5' },
  MATCH_VLAN_ID: { vlanId: 7 },
  MATCH_VLAN_PCP: { vlanPcp: 0 },
  MATCH_VLAN_DEI: { vlanDei: 0 },
  MATCH_MAC_SOURCE: { mac: '02:00:5e:10:00:01' },
  MATCH_MAC_DEST: { mac: '02:00:5E:10:00:01' },
  MATCH_IPV4_SOURCE: { ip: '10.1.0.0/16' },
  MATCH_IPV4_DEST: { ip: '10.1.2.3/32' },
  MATCH_IPV6_SOURCE: { ip: 'fd00::/8' },
  MATCH_IPV6_DEST: { ip: 'fd00::1/128' },
  MATCH_IP_TOS: { mask: 252, start: 8, end: 16 },
  MATCH_IP_PROTOCOL: { ipProtocol: 6 },
  MATCH_ETHERTYPE: { etherType: 2048 },
  MATCH_ICMP: { icmpType: 8, icmpCode: null },
  MATCH_IP_SOURCE_PORT_RANGE: { start: 0, end: 65535 },
  MATCH_IP_DEST_PORT_RANGE: { start: 443, end: 443 },
  MATCH_CHARACTERISTICS: { mask: '0000000000000002' },
  MATCH_FRAME_SIZE_RANGE: { start: 64, end: 1500 },
  MATCH_RANDOM: { probability: 2147483648 },
  MATCH_TAGS_DIFFERENCE: { id: 1000, value: 0 },
  MATCH_TAGS_BITWISE_AND: { id: 1000, value: 1 },
  MATCH_TAGS_BITWISE_OR: { id: 1000, value: 1 },
  MATCH_TAGS_BITWISE_XOR: { id: 1000, value: 1 },
  MATCH_TAGS_EQUAL: { id: 1000, value: 1 },
  MATCH_TAG_SENDER: { id: 1000, value: 1 },
  MATCH_TAG_RECEIVER: { id: 1000, value: 4294967295 },
  INTEGER_RANGE: { start: '0000000000000000', end: '000000000000ffff', idx: 12, little: false, bits: 16 },
};
type RuleTypeName = (typeof RuleType.options)[number];

const issuesOf = (rule: object) => FlowRule.safeParse(rule).error?.issues.map(({ path }) => path.join('.'));

describe('a flow rule', () => {
  it.each(Object.entries(SHOWN))('%s is accepted as a controller shows it', (type, fields) => {
    const rule = { not: true, or: false, type, ...fields };
    expect(FlowRule.parse(rule)).toEqual(rule);
  });

  it.each(Object.entries(SHOWN))('%s is refused with an unknown field, or with an invalid one', (type, fields) => {
    const deep = JSON.parse('['.repeat(4000) + ']'.repeat(4000)) as unknown;
    expect(FlowRule.safeParse({ type, ...fields, colour: 'red' }).success).toBe(false);
    for (const name of Object.keys(fields))
      expect([name, FlowRule.safeParse({ type, ...fields, [name]: deep }).success]).toEqual([name, false]);
  });

  it('names what is wrong: a missing value, which a controller would read as 0, and an address without its prefix', () => {
    expect(issuesOf({ type: 'MATCH_ETHERTYPE' })).toEqual(['etherType']);
    expect(issuesOf({ type: 'MATCH_IPV4_DEST', ip: '10.0.0.1' })).toEqual(['ip']);
    expect(issuesOf({ type: 'MATCH_IP_DEST_PORT_RANGE', start: 90, end: 80 })).toEqual(['end']);
    expect(issuesOf({ type: 'MATCH_RANDOM', probability: 2 ** 32 })).toEqual(['probability']);
    expect(issuesOf({ type: 'ACTION_LEVITATE' })).toEqual(['type']);
  });

  it('is checked by its type in capabilities, too; tags have an ID and a default', () => {
    const capability = (rule: object) => ({ capabilities: [{ id: 1, default: false, rules: [rule] }] });
    expect(NetworkConfigChange.safeParse(capability({ type: 'ACTION_DROP' })).success).toBe(true);
    expect(NetworkConfigChange.safeParse(capability({ type: 'ACTION_DROP', probability: 1 })).success).toBe(false);
    expect(NetworkConfigChange.safeParse({ tags: [{ id: 1, default: null }] }).success).toBe(true);
    expect(NetworkConfigChange.safeParse({ tags: [{ id: 1, enum: { a: [[]] } }] }).success).toBe(false);
  });
});
