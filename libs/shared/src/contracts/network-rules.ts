import { z } from 'zod';
import { NodeAddress } from './ids.js';

/** The rule types that zerotier-one's controller knows; it would silently drop any other. */
export const RuleType = z.enum([
  'ACTION_DROP',
  'ACTION_ACCEPT',
  'ACTION_TEE',
  'ACTION_WATCH',
  'ACTION_REDIRECT',
  'ACTION_BREAK',
  'ACTION_PRIORITY',
  'MATCH_SOURCE_ZEROTIER_ADDRESS',
  'MATCH_DEST_ZEROTIER_ADDRESS',
  'MATCH_VLAN_ID',
  'MATCH_VLAN_PCP',
  'MATCH_VLAN_DEI',
  'MATCH_MAC_SOURCE',
  'MATCH_MAC_DEST',
  'MATCH_IPV4_SOURCE',
  'MATCH_IPV4_DEST',
  'MATCH_IPV6_SOURCE',
  'MATCH_IPV6_DEST',
  'MATCH_IP_TOS',
  'MATCH_IP_PROTOCOL',
  'MATCH_ETHERTYPE',
  'MATCH_ICMP',
  'MATCH_IP_SOURCE_PORT_RANGE',
  'MATCH_IP_DEST_PORT_RANGE',
  'MATCH_CHARACTERISTICS',
  'MATCH_FRAME_SIZE_RANGE',
  'MATCH_RANDOM',
  'MATCH_TAGS_DIFFERENCE',
  'MATCH_TAGS_BITWISE_AND',
  'MATCH_TAGS_BITWISE_OR',
  'MATCH_TAGS_BITWISE_XOR',
  'MATCH_TAGS_EQUAL',
  'MATCH_TAG_SENDER',
  'MATCH_TAG_RECEIVER',
  'INTEGER_RANGE',
]);

export const NetworkRule = z
  .looseObject({
    type: RuleType.describe('Type of the entry.'),
    not: z.boolean().optional().describe('True: the match is inverted.'),
    or: z.boolean().optional().describe('True: joined to the match before it by “or”, not by “and”.'),
  })
  .meta({ id: 'NetworkRule', description: 'One entry of a rule table, with what its type needs.' });
export type NetworkRule = z.infer<typeof NetworkRule>;

const byte = z.int().min(0).max(0xff);
const word = z.int().min(0).max(0xffff);
const long = z.int().min(0).max(0xffff_ffff);
/** 64 bits: as hexadecimal digits, which is how the controller writes them, or as a number. */
const wide = z.union([z.int().nonnegative(), z.string().regex(/^[0-9a-fA-F]{1,16}$/, 'write up to 16 hex digits')]);
const mac = z.string().regex(/^([0-9a-f]{2}:){5}[0-9a-f]{2}$/i, 'write a MAC address as 02:00:5e:10:00:01');
/** Without a prefix length the controller would read it as /0, which is every address. */
const ipv4 = z.cidrv4();
const ipv6 = z.cidrv6();

const UNREAD = 'Refused in networks that Orrery keeps: the controller of zerotier-one 1.14 does not read it.';
const forward = {
  address: NodeAddress.describe('ZeroTier address of the node that gets the frame.'),
  flags: long.optional().describe('Bits that zerotier-one passes on with the frame; left out: none.'),
};
const copy = {
  ...forward,
  length: word.optional().describe('Bytes of the frame that are sent, from its beginning; 0 or left out: all of it.'),
};
const tag = {
  id: long.describe('Number of the tag.'),
  value: long.describe('Value that the comparison must yield.'),
};
const node = NodeAddress.describe('ZeroTier address of the node.');
const macAddress = mac.describe('MAC address, such as `02:00:5e:10:00:01`.');
const addresses = (version: 4 | 6) => `IPv${version} addresses, with the length of their prefix.`;
const range = (what: string) => ({
  start: word.describe(`First ${what} that matches.`),
  end: word.optional().describe(`Last ${what} that matches; left out: only the first.`),
});

/** The fields of each type, as zerotier-one 1.14 reads them. Source: docs/zerotier-facts.md#controller. */
const FIELDS = {
  ACTION_DROP: {},
  ACTION_ACCEPT: {},
  ACTION_TEE: copy,
  ACTION_WATCH: copy,
  ACTION_REDIRECT: { ...forward, length: word.optional().describe(UNREAD) },
  ACTION_BREAK: {},
  ACTION_PRIORITY: { qosBucket: z.int().min(0).max(8).describe(UNREAD) },
  MATCH_SOURCE_ZEROTIER_ADDRESS: { zt: node },
  MATCH_DEST_ZEROTIER_ADDRESS: { zt: node },
  MATCH_VLAN_ID: { vlanId: z.int().min(0).max(4095).describe('Number of the VLAN.') },
  MATCH_VLAN_PCP: { vlanPcp: z.int().min(0).max(7).describe('Priority in the VLAN tag.') },
  MATCH_VLAN_DEI: { vlanDei: z.int().min(0).max(1).describe('Drop-eligible bit in the VLAN tag.') },
  MATCH_MAC_SOURCE: { mac: macAddress },
  MATCH_MAC_DEST: { mac: macAddress },
  MATCH_IPV4_SOURCE: { ip: ipv4.describe(addresses(4)) },
  MATCH_IPV4_DEST: { ip: ipv4.describe(addresses(4)) },
  MATCH_IPV6_SOURCE: { ip: ipv6.describe(addresses(6)) },
  MATCH_IPV6_DEST: { ip: ipv6.describe(addresses(6)) },
  MATCH_IP_TOS: {
    mask: byte.describe('Bits of the type of service that are compared.'),
    start: byte.describe('First value that matches.'),
    end: byte.describe('Last value that matches.'),
  },
  MATCH_IP_PROTOCOL: { ipProtocol: byte.describe('Number of the IP protocol: 6 is TCP, 17 is UDP.') },
  MATCH_ETHERTYPE: { etherType: word.describe('Ethernet type: 2048 is IPv4, 2054 is ARP, 34525 is IPv6.') },
  MATCH_ICMP: {
    icmpType: byte.describe('ICMP type.'),
    icmpCode: byte.nullable().optional().describe('ICMP code; null or left out: any.'),
  },
  MATCH_IP_SOURCE_PORT_RANGE: range('port'),
  MATCH_IP_DEST_PORT_RANGE: range('port'),
  MATCH_CHARACTERISTICS: {
    mask: wide.describe('Characteristics of the packet, such as TCP flags, one bit each: any of them matches.'),
  },
  MATCH_FRAME_SIZE_RANGE: range('size in bytes'),
  MATCH_RANDOM: { probability: long.describe('Share of frames that match: 4294967295 is all of them.') },
  MATCH_TAGS_DIFFERENCE: tag,
  MATCH_TAGS_BITWISE_AND: tag,
  MATCH_TAGS_BITWISE_OR: tag,
  MATCH_TAGS_BITWISE_XOR: tag,
  MATCH_TAGS_EQUAL: tag,
  MATCH_TAG_SENDER: tag,
  MATCH_TAG_RECEIVER: tag,
  INTEGER_RANGE: {
    start: wide.describe('First value that matches.'),
    end: wide.describe('Last value that matches.'),
    idx: word.describe('Byte of the frame at which the number begins.'),
    little: z.boolean().optional().describe('True: the number is little-endian.'),
    bits: z.int().min(1).max(64).describe('Length of the number in bits.'),
  },
} satisfies Record<z.infer<typeof RuleType>, z.ZodRawShape>;

type Type = keyof typeof FIELDS;

const ruleOf = (type: Type) =>
  z
    .strictObject({
      type: z.literal(type).describe('Type of the entry.'),
      not: NetworkRule.shape.not,
      or: NetworkRule.shape.or,
      ...FIELDS[type],
    })
    .refine(isInOrder, { path: ['end'], message: 'must not be less than start' });

function isInOrder(rule: object): boolean {
  const { start, end } = rule as { start?: unknown; end?: unknown };
  return typeof start !== 'number' || typeof end !== 'number' || start <= end;
}

/** An entry of a rule table as people write it: of a known type, with the fields of that type and no others. */
export const FlowRule = z.discriminatedUnion('type', RuleType.options.map(ruleOf) as [ReturnType<typeof ruleOf>]).meta({
  id: 'FlowRule',
  description: 'One entry of a rule table: an action, or a match that decides about the next action.',
});
export type FlowRule = z.infer<typeof FlowRule>;

/** A tag that rules compare; a node that was given no value has the default. */
export const NetworkTag = z
  .strictObject({
    id: long.describe('Number of the tag.'),
    default: long.nullable().optional().describe('Value for nodes that were given none; null or left out: none.'),
  })
  .meta({ id: 'NetworkTag', description: 'A tag of nodes, for rules that compare tags.' });
export type NetworkTag = z.infer<typeof NetworkTag>;

/** Rules for the nodes that have the capability; with `default` every new node has it. */
export const NetworkCapability = z
  .strictObject({
    id: long.describe('Number of the capability.'),
    default: z.boolean().optional().describe('True: every new node is given it.'),
    rules: z.array(FlowRule).max(64).describe('Its rules, in the order in which they apply.'),
  })
  .meta({ id: 'NetworkCapability', description: 'Rules for those nodes that were given the capability.' });
export type NetworkCapability = z.infer<typeof NetworkCapability>;
