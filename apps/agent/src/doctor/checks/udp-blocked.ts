import { explain } from '@orrery/shared/contracts';
import { eachNode, listens, type Check } from '../evidence.js';

/** Longer than the minute after which zerotier-one greets a silent root again at the latest. */
export const SILENT_MS = 75_000;

/** A node without a socket hears nobody either; that is `udp-port-taken`. */
export const udpBlocked: Check = (evidence) =>
  eachNode(evidence, ({ node, daemon, peers }) => {
    if (!daemon.known) return daemon.why;
    if (!peers.known) return peers.why;
    const about = { node, network: null, severity: 'error' as const };
    if (daemon.value.tcpFallback) return [{ ...about, severity: 'warning', ...explain('udp-blocked/tcp') }];
    // Without a root there is nobody to hear from before the first peer is known.
    if (!listens(daemon.value) || peers.value.every(({ isRoot }) => !isRoot)) return [];
    if (evidence.silentMs(node, 'anybody') < SILENT_MS) return [];
    const { port = 9993 } = daemon.value;
    return [{ ...about, ...explain('udp-blocked/silent', { port: String(port) }), facts: { port } }];
  });
