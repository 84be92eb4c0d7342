import { explain } from '@orrery/shared/contracts';
import { eachNode, listens, type Check } from '../evidence.js';
import { SILENT_MS } from './udp-blocked.js';

/** Longer than for `udp-blocked`, so that what is both is found as that. */
const ROOTS_MS = SILENT_MS + 15_000;

/** Some roots are always out of reach, for example those with an IPv6 address only; one that answers is enough. */
export const noRootReached: Check = (evidence) =>
  eachNode(evidence, ({ node, daemon, peers }) => {
    if (!daemon.known) return daemon.why;
    if (!peers.known) return peers.why;
    const roots = peers.value.filter(({ isRoot }) => isRoot).map(({ address }) => address);
    if (roots.length === 0 || !listens(daemon.value)) return [];
    // If it hears from nobody at all, that is `udp-blocked`.
    if (evidence.silentMs(node, 'roots') < ROOTS_MS || evidence.silentMs(node, 'anybody') >= SILENT_MS) return [];
    const severity = 'warning' as const;
    return [
      { node, network: null, severity, ...explain('no-root-reached/silent', { roots: roots.toSorted().join(', ') }) },
    ];
  });
