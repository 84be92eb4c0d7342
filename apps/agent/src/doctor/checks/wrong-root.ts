import { explain } from '@orrery/shared/contracts';
import { eachNode, FINE, unknown, type Check } from '../evidence.js';

/** Containers get the files of this host's own roots when they are created. The host's own daemon is configured by its owner. */
export const wrongRoot: Check = (evidence) => {
  const { roots } = evidence;
  if (!roots.known) return unknown(roots.why);
  if (roots.value.length === 0) return FINE;
  return eachNode(evidence, ({ node, kind, daemon, peers }) => {
    if (kind === 'host') return [];
    if (!daemon.known) return daemon.why;
    if (!peers.known) return peers.why;
    const known = new Set([daemon.value.address, ...peers.value.flatMap((one) => (one.isRoot ? [one.address] : []))]);
    const absent = roots.value.filter((moon) => moon.every((address) => !known.has(address)));
    if (absent.length === 0) return [];
    const severity = 'warning' as const;
    return [{ node, network: null, severity, ...explain('wrong-root/absent', { roots: absent.flat().join(', ') }) }];
  });
};
