import type { ProbeCode } from '../probes.js';
import { get, type Table } from './entry.js';

/** Why a probe did not reach its target. */
export const PROBES = {
  'connection-refused': {
    means: 'The address answers, but nothing listens on this port there. So the path through the network is fine.',
    fix: 'Check on the other side that the service is running, uses this port, and listens on its ZeroTier address (or 0.0.0.0), not on 127.0.0.1 alone.',
  },
  'timed-out': {
    means:
      'Packets left through the interface of the node, but nothing came back: no node of the network has this address now, or a firewall or flow rule drops them.',
    fix: 'Check which node has the address (`orrery interface ls --network NETWORK`) and whether the node is authorized (`orrery membership get NODE NETWORK`). A node that has just joined may need a few seconds.',
    see: get('/v1/interfaces'),
  },
  'no-route': {
    means: 'The kernel of the node has no route to this address, or a router on the way reports that there is none.',
    fix: 'Join the node to a network with such a prefix: `orrery join NODE NETWORK`. `orrery interface ls --node NODE` shows what it has.',
    see: get('/v1/interfaces'),
  },
  'outside-networks': {
    means:
      "The node would send this over an interface other than ZeroTier's: the address is in none of its networks. Probes test those networks, and are not a way into the host's LAN.",
    fix: "Join the node to the network that has the address (`orrery join NODE NETWORK`), or bring its prefix into a network of the node (`orrery route add PREFIX --network NETWORK --via HOST`). `orrery interface ls --node NODE` shows what the node reaches. The host's owner can allow more with `probes: true` in its policy (docs/policy.md).",
    see: get('/v1/interfaces'),
  },
  'address-not-probed': {
    means: 'Loopback, link-local (where clouds keep credentials) and multicast addresses are never probed.',
    fix: 'Probe an address of a ZeroTier network.',
    see: get('/v1/interfaces'),
  },
  'name-not-found': {
    means: "The host's resolver does not know the name. Names that ZeroTier networks push are not resolved.",
    fix: "Probe the address itself, or add the name to the host's resolver (/etc/hosts).",
  },
  'tls-failed': {
    means: 'Something answers, but no public authority vouches for its certificate under this name.',
    fix: 'Check the certificate on the server: the network is fine. To test the port alone: `orrery probe NODE --tcp HOST:443`.',
  },
  'broken-off': {
    means: 'The connection was made and then ended early, or the other side does not speak HTTP.',
    fix: 'Check the log of the server. If small answers arrive and large ones do not, check the MTU on the way.',
  },
  'too-many-redirects': {
    means: 'The server redirects again and again; a probe follows three redirects.',
    fix: 'Probe the last URL that it redirects to.',
  },
  'probe-tool-missing': {
    means: 'The host lacks a program that the probe needs: ping (iputils-ping), ip (iproute2), nsenter (util-linux).',
    fix: 'Install the package named in the cause on the host. --tcp and --http need no ping.',
  },
  'probe-tool-missing/package': {
    cause: ({ tool }: { tool: string }) => `there is no ${tool} on this host`,
    fix: ({ package: name }: { package: string }) =>
      `Install it: \`apt install ${name}\`, or the package of that name elsewhere.`,
  },
  'probe-tool-missing/unbound-ping': {
    cause: 'the ping on this host cannot be bound to an interface (-I)',
    fix: 'Install one that can: `apt install iputils-ping`, or the package of that name elsewhere.',
  },
  'probe-failed': {
    means: 'The probe could not be made, so it shows nothing about the network.',
    fix: "Fix the cause named in the result. The agent's log has more.",
  },
  'probe-failed/not-root': { fix: 'Run the agent as root on the machine of the Docker Engine.' },
  'probe-failed/not-bound': {
    cause: ({ error }: { error: string }) =>
      `cannot bind the connection to the interface, so nothing was sent: ${error}`,
    fix: 'Enable IPv6 in the kernel of the host (interfaces may have it disabled), with the sysctl net.ipv6.ip_nonlocal_bind=0. Or let probes leave: `probes: true` in the policy of the host.',
  },
} as const satisfies Table<Exclude<ProbeCode, 'reached'>>;
