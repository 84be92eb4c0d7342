import { z } from 'zod';
import { NodeAddress } from './ids.js';

/** The entries of a rule table that zerotier-one's controller knows; what it does not know it would drop without a word. */
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
/** Without the length of its prefix the controller would take it as /0, which is every address. */
const ipv4 = z.cidrv4();
const ipv6 = z.cidrv6();

const forward = { address: NodeAddress, flags: long.optional(), length: word.optional() };
const tag = { id: long, value: long };

/** What each type needs, as zerotier-one 1.14 reads it. Source: docs/zerotier-facts.md#controller. */
const FIELDS = {
  ACTION_DROP: {},
  ACTION_ACCEPT: {},
  ACTION_TEE: forward,
  ACTION_WATCH: forward,
  ACTION_REDIRECT: forward,
  ACTION_BREAK: {},
  ACTION_PRIORITY: { qosBucket: z.int().min(0).max(8) },
  MATCH_SOURCE_ZEROTIER_ADDRESS: { zt: NodeAddress },
  MATCH_DEST_ZEROTIER_ADDRESS: { zt: NodeAddress },
  MATCH_VLAN_ID: { vlanId: z.int().min(0).max(4095) },
  MATCH_VLAN_PCP: { vlanPcp: z.int().min(0).max(7) },
  MATCH_VLAN_DEI: { vlanDei: z.int().min(0).max(1) },
  MATCH_MAC_SOURCE: { mac },
  MATCH_MAC_DEST: { mac },
  MATCH_IPV4_SOURCE: { ip: ipv4 },
  MATCH_IPV4_DEST: { ip: ipv4 },
  MATCH_IPV6_SOURCE: { ip: ipv6 },
  MATCH_IPV6_DEST: { ip: ipv6 },
  MATCH_IP_TOS: { mask: byte, start: byte, end: byte },
  MATCH_IP_PROTOCOL: { ipProtocol: byte },
  MATCH_ETHERTYPE: { etherType: word },
  MATCH_ICMP: { icmpType: byte, icmpCode: byte.nullable().optional() },
  MATCH_IP_SOURCE_PORT_RANGE: { start: word, end: word.optional() },
  MATCH_IP_DEST_PORT_RANGE: { start: word, end: word.optional() },
  MATCH_CHARACTERISTICS: { mask: wide },
  MATCH_FRAME_SIZE_RANGE: { start: word, end: word.optional() },
  MATCH_RANDOM: { probability: long },
  MATCH_TAGS_DIFFERENCE: tag,
  MATCH_TAGS_BITWISE_AND: tag,
  MATCH_TAGS_BITWISE_OR: tag,
  MATCH_TAGS_BITWISE_XOR: tag,
  MATCH_TAGS_EQUAL: tag,
  MATCH_TAG_SENDER: tag,
  MATCH_TAG_RECEIVER: tag,
  INTEGER_RANGE: {
    start: wide,
    end: wide,
    idx: word,
    little: z.boolean().optional(),
    bits: z.int().min(1).max(64),
  },
} satisfies Record<z.infer<typeof RuleType>, z.ZodRawShape>;

type Type = keyof typeof FIELDS;

const ruleOf = (type: Type) =>
  z
    .strictObject({ type: z.literal(type), not: z.boolean().optional(), or: z.boolean().optional(), ...FIELDS[type] })
    .refine(isInOrder, { path: ['end'], message: 'is before start' });

function isInOrder(rule: object): boolean {
  const { start, end } = rule as { start?: unknown; end?: unknown };
  return typeof start !== 'number' || typeof end !== 'number' || start <= end;
}

/** An entry of a rule table as people may want it: of a known type, with what that type needs and nothing else. */
export const FlowRule = z
  .discriminatedUnion('type', RuleType.options.map(ruleOf) as [ReturnType<typeof ruleOf>])
  .meta({ id: 'FlowRule' });
export type FlowRule = z.infer<typeof FlowRule>;

/** A tag that rules compare; the default is what a node has that was given none. */
export const NetworkTag = z.strictObject({ id: long, default: long.nullable().optional() }).meta({ id: 'NetworkTag' });
export type NetworkTag = z.infer<typeof NetworkTag>;

/** Rules for the nodes that were given the capability; with `default` every new one is. */
export const NetworkCapability = z
  .strictObject({ id: long, default: z.boolean().optional(), rules: z.array(FlowRule).max(64) })
  .meta({ id: 'NetworkCapability' });
export type NetworkCapability = z.infer<typeof NetworkCapability>;
