import { explain } from '@orrery/shared/contracts';
import { eachNode, type Check, type Found } from '../evidence.js';

/**
 * zerotier-one sets no DNS on Linux (docs/zerotier-facts.md#strangers). A container has the resolver of its engine, so
 * nobody expects names there unless somebody allowed them.
 */
export const dnsIgnored: Check = (evidence) =>
  eachNode(evidence, ({ node, kind, dns }): readonly Found[] | string => {
    if (!dns.known) return dns.why;
    const wanted = dns.value.filter(({ network }) =>
      evidence.items.some(
        (item) =>
          item.kind === 'membership' && item.intent === 'present' && item.node === node && item.network === network,
      ),
    );
    const asked = wanted.filter(({ allowDns }) => allowDns || kind === 'host');
    if (asked.length === 0) return [];
    const { resolver } = evidence;
    if (kind === 'host' && !resolver.known) return resolver.why;
    return asked.flatMap(({ network, device, servers, allowDns }): Found[] => {
      const about = {
        node,
        network,
        ...(device !== null && /^zt[a-z0-9]{1,13}$/.test(device) && { facts: { device } }),
      };
      const isUsed =
        kind === 'host' &&
        resolver.known &&
        (resolver.value.followsZeroTier || servers.some((server) => resolver.value.servers.includes(server)));
      if (allowDns && isUsed) return [];
      if (kind === 'host' && resolver.known && servers.some((server) => resolver.value.servers.includes(server)))
        return [];
      return allowDns
        ? [{ ...about, severity: 'warning', ...explain('dns-ignored/no-resolver', { network }) }]
        : [{ ...about, severity: 'info', ...explain('dns-ignored/off', { network }) }];
    });
  });
