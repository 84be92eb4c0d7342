import type { Explanation } from './explanation.js';
import type { ProbeCode } from './probes.js';

/** Why a probe did not reach what it was to reach. */
export const PROBES: Record<Exclude<ProbeCode, 'reached'>, Explanation> = {
  'connection-refused': {
    means: 'The address answers, and nothing listens on this port there. So the way through the network is fine.',
    fix: 'See on the other side that the service runs, on this port, and listens on its ZeroTier address (0.0.0.0), not on 127.0.0.1 alone.',
  },
  'timed-out': {
    means:
      'Packets went out over the node’s interface, and nothing came back: no node of the network has this address now, or a firewall or flow rule drops them.',
    fix: 'orrery interface ls --network NETWORK shows who has which address, orrery membership get whether the other node is authorized. A node that has just joined may take some seconds.',
  },
  'no-route': {
    means: 'The node’s kernel knows no way to this address, or a router on the way says that there is none.',
    fix: 'The node is in no network with such a prefix: orrery interface ls --node NODE shows what it has, orrery join NODE NETWORK puts it in.',
  },
  'outside-networks': {
    means:
      'The node would send this over another interface than one of ZeroTier’s: the address is in none of its networks. A probe is about those, and is no way into the host’s LAN.',
    fix: 'orrery interface ls --node NODE shows what the node reaches; join it to the network that has the address. The host’s owner can allow more: probes: true in its policy (docs/policy.md).',
  },
  'address-not-probed': {
    means: 'Loopback, link-local (there clouds keep credentials) and multicast addresses are never probed.',
    fix: 'Probe an address of a ZeroTier network.',
  },
  'name-not-found': {
    means: 'The host’s resolver does not know the name. Names that ZeroTier networks push are not asked for.',
    fix: 'Probe the address itself, or make the name known to the host’s resolver (/etc/hosts).',
  },
  'tls-failed': {
    means: 'Something answers, and no public authority vouches for its certificate under this name.',
    fix: 'The network is fine: see the certificate on the server, or probe with --tcp HOST:443.',
  },
  'broken-off': {
    means: 'The connection was made and then ended in the middle, or what answers does not speak HTTP.',
    fix: 'See the log of the server. If small answers come and large ones do not, see the MTU on the way.',
  },
  'too-many-redirects': {
    means: 'The server redirects again and again; three are followed.',
    fix: 'Probe the URL that it points to at the end.',
  },
  'probe-tool-missing': {
    means: 'The host has no program that the probe needs: ping (iputils-ping), ip (iproute2), nsenter (util-linux).',
    fix: 'Install the package that the cause names on the host. --tcp and --http need no ping.',
  },
  'probe-failed': {
    means: 'The probe could not be made; it says nothing about the network.',
    fix: 'The cause tells why, the agent’s log more.',
  },
};
