import { covers, formatPrefix, parsePrefix, type Prefix } from '@orrery/shared/addresses';
import { interfaceName, isZeroTierDevice, type RouterWay } from '@orrery/shared/contracts';

/** Family and name of the only table that the agent writes, and only in the network namespaces of its own containers. */
export const TABLE = 'ip orrery';
/** At each rule, so that people see whose it is, and the agent sees one that is not its own. */
export const COMMENT = 'orrery';
/** Of forwarded packets within the namespace; it does not survive the way out of it. */
const MARK = '0x6f727279';

/**
 * The table of a router: from the interface of each network to its prefixes and back, under the container's own address, and nothing
 * else. One transaction that replaces whatever table there was. Each word comes from a parsed prefix or from the name of an interface.
 *
 * Packets that connection tracking takes for invalid are not masqueraded, so they do not pass either. Answers come from the prefixes;
 * errors about them (too big, unreachable) come from any router on the way. ZeroTier's MTU is 2800, the bridge's 1500.
 */
export function tableOf(ways: readonly RouterWay[]): string {
  const rules = ways.flatMap(rulesOf);
  return `add table ${TABLE}
delete table ${TABLE}
table ${TABLE} {
  chain forward {
    type filter hook forward priority 0; policy drop;
    ${lines([SHORTEN, ...rules])}
  }
  chain postrouting {
    type nat hook postrouting priority 100; policy accept;
    ${lines([MASQUERADE])}
  }
}
`;
}

const SHORTEN = 'tcp flags & (syn | rst) == syn tcp option maxseg size set rt mtu';
const MASQUERADE = `meta mark ${MARK} masquerade`;
/** Rules of the table that are there whatever it lets through. */
const FIXED_RULES = 2;
const RULES_PER_WAY = 3;

export const rulesIn = (ways: readonly RouterWay[]): number => FIXED_RULES + RULES_PER_WAY * ways.length;

function rulesOf({ network, prefixes }: RouterWay): string[] {
  const device = interfaceName(network);
  if (!isZeroTierDevice(device)) throw new Error(`${device} is not the name of a ZeroTier interface`);
  const set = `{ ${prefixesIn(prefixes).join(', ')} }`;
  const [out, back] = [`iifname "${device}" oifname != "zt*"`, `iifname != "zt*" oifname "${device}"`];
  return [
    `${out} ip daddr ${set} ct state { new, established, related } meta mark set ${MARK} accept`,
    `${back} ip saddr ${set} ct state established accept`,
    `${back} ct state related meta l4proto icmp accept`,
  ];
}

/** Written anew from what was parsed; without those that another one covers, because intervals of a set must not overlap. */
function prefixesIn(texts: readonly string[]): string[] {
  const prefixes = texts.map((text) => {
    const prefix = parsePrefix(text);
    if (prefix?.version !== 4) throw new Error(`${JSON.stringify(text)} is not an IPv4 prefix`);
    return prefix;
  });
  const isCovered = (prefix: Prefix) => prefixes.some((other) => other.bits < prefix.bits && covers(other, prefix));
  const kept = new Set(prefixes.filter((prefix) => !isCovered(prefix)).map(formatPrefix));
  if (kept.size === 0) throw new Error('a router without prefixes');
  return [...kept].sort();
}

const lines = (rules: readonly string[]): string => rules.map((rule) => `${rule} comment "${COMMENT}"`).join('\n    ');
