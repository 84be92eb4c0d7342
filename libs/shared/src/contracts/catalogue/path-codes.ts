import type { PathCode } from '../http/paths.js';
import { get, type Table } from './entry.js';

/** Why two nodes do not reach each other, or not directly. */
export const PATHS = {
  'path-silent': {
    means:
      'The node sends to a peer along a direct path, and nothing has come back for more than 30 seconds. zerotier-one keeps such a path for up to four minutes before it has a root relay the traffic again; until then the two nodes do not reach each other.',
    fix: 'Find out what drops UDP between the two hosts in at least one direction: a firewall, a security group or a route. `orrery paths NETWORK` shows both views.',
    see: get('/v1/networks/{network}/paths'),
  },
  'path-silent/peer': {
    cause: ({ node, peer, endpoint }: { node: string; peer: string; endpoint: string }) =>
      `${node} sends to ${peer} at ${endpoint}, and nothing comes back`,
  },
  'path-udp-blocked': {
    means:
      'One of the two nodes cannot use UDP to the outside, so no direct path can form. A root relays what gets through.',
    fix: 'Allow outbound UDP on the firewall of its host, at least to port 9993. `orrery finding ls --host HOST` shows what was diagnosed there.',
    see: get('/v1/findings'),
  },
  'path-udp-blocked/finding': { cause: ({ node }: { node: string }) => `UDP is blocked for ${node}` },
  'path-udp-blocked/no-root': { cause: ({ node }: { node: string }) => `${node} reaches no root over UDP` },
  'path-bridge-closed': {
    means:
      "Both nodes are containers of one host. Orrery's bridge lets no container reach another, so a root relays their traffic.",
    fix: 'Leave it if the latency over a root is acceptable. For a direct path, launch one of the two on another host: `orrery launch NAME --host HOST --network NETWORK`.',
  },
  'path-bridge-closed/host': {
    cause: ({ host }: { host: string }) => `both are containers of ${host}, whose bridge keeps containers apart`,
  },
  'path-symmetric-nat': {
    means:
      'The NAT in front of one node uses another port for each peer, so no peer can be told where to reach the node.',
    fix: 'Configure that NAT to keep ports, or forward the UDP port of the node (9993 for the daemon of a host) to it.',
  },
  'path-symmetric-nat/node': {
    cause: ({ node, ports }: { node: string; ports: number }) =>
      `${node} appears to be behind a symmetric NAT: others reach it at ${ports} ports of one address`,
  },
  'path-not-tried': {
    means:
      'The two nodes have exchanged nothing lately, or only for less than a minute. zerotier-one looks for a direct path only while there is traffic.',
    fix: 'Send something, then look again after a minute: `orrery probe NODE --ping ADDRESS`.',
  },
  'path-not-tried/none': {
    cause: ({ node, peer }: { node: string; peer: string }) => `${node} has exchanged nothing with ${peer} lately`,
  },
  'path-not-tried/young': {
    cause: ({ peer }: { peer: string }) => `${peer} has been a peer for less than a minute`,
  },
} satisfies Table<PathCode>;
