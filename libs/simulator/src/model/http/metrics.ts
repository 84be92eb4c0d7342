import type { Node } from '../node.js';

export const METRICS_TYPE = 'text/plain';

const PACKET_TYPES = [
  'hello',
  'ok',
  'error',
  'echo',
  'frame',
  'ext_frame',
  'multicast_frame',
  'network_config_request',
  'network_config',
];

/** The real text is written at this interval, and is empty until then. */
const WRITTEN_AFTER_MS = 5_000;

/**
 * Enough of the real list for a scraper: packet counters, of which the model knows only whether something came from a
 * peer, and peers with a path.
 */
export function metricsText({ daemon }: Node, now: number): string {
  if (now - daemon.startedAt < WRITTEN_AFTER_MS) return '';
  const packets = PACKET_TYPES.flatMap((type) =>
    ['rx', 'tx'].map((direction) => `zt_packet{direction="${direction}",packet_type="${type}"} 0`),
  );
  const received = Object.values(daemon.peers).map(
    ({ address, lastReceive }) => `zt_peer_packets{direction="rx",node_id="${address}"} ${lastReceive > 0 ? '1' : '0'}`,
  );
  const peers = Object.values(daemon.peers).map(
    (peer) => `zt_peer_path_count{node_id="${peer.address}",status="alive"} ${peer.path === null ? '0' : '1'}`,
  );
  return [
    '# HELP zt_packet ZeroTier packet type counts',
    '# TYPE zt_packet counter',
    ...packets,
    '# HELP zt_peer_packets number of packets to/from a peer',
    '# TYPE zt_peer_packets counter',
    ...received,
    '# HELP zt_peer_path_count number of paths to peer',
    '# TYPE zt_peer_path_count gauge',
    ...peers,
    '# HELP zt_num_networks number of networks this instance is joined to',
    '# TYPE zt_num_networks gauge',
    `zt_num_networks ${String(Object.keys(daemon.memberships).length)}`,
    '',
  ].join('\n');
}
