import { z } from 'zod';

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
