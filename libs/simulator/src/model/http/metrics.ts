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

/** Enough of the real list for a scraper: packet counters (the model counts none) and peers with a path. */
export function metricsText(node: Node): string {
  const packets = PACKET_TYPES.flatMap((type) =>
    ['rx', 'tx'].map((direction) => `zt_packet{direction="${direction}",packet_type="${type}"} 0`),
  );
  const peers = Object.values(node.daemon.peers).map(
    (peer) => `zt_peer_path_count{node_id="${peer.address}",status="alive"} ${peer.path === null ? '0' : '1'}`,
  );
  return [
    '# HELP zt_packet ZeroTier packet type counts',
    '# TYPE zt_packet counter',
    ...packets,
    '# HELP zt_peer_path_count number of paths to peer',
    '# TYPE zt_peer_path_count gauge',
    ...peers,
    '# HELP zt_num_networks number of networks this instance is joined to',
    '# TYPE zt_num_networks gauge',
    `zt_num_networks ${String(Object.keys(node.daemon.memberships).length)}`,
    '',
  ].join('\n');
}
