import type { DoctorCode } from '../events/findings.js';
import type { FailureCode } from '../outcomes.js';
import { get, type Table } from './entry.js';

const packagesOf = (packages: string) =>
  ({
    apt: '`sudo apt-get update && sudo apt-get install --only-upgrade zerotier-one`',
    dnf: '`sudo dnf upgrade zerotier-one`',
    zypper: '`sudo zypper update zerotier-one`',
    apk: '`sudo apk upgrade zerotier-one`',
    pacman: '`sudo pacman -Syu zerotier-one`',
  })[packages] ?? 'the package manager of the host';

/** Codes for causes in the machines: an agent found them in its own, or the API by comparing all of them. */
export type MachineCode = Exclude<DoctorCode, FailureCode> | 'version-drift' | 'route-overlap';

export const DOCTOR = {
  'engine-rootless': {
    means:
      'The Docker Engine runs without root (rootless mode). Its containers have a network namespace behind a user-mode network: nodes work, but are always relayed or slow, and need a TUN device that everybody can open.',
    fix: 'Let the agent use an engine that runs as root: set ORRERY_DOCKER_SOCKET to its socket, such as /var/run/docker.sock.',
    see: get('/v1/hosts/{host}'),
  },
  'engine-rootless/usable': {
    cause: 'the engine runs without root: its nodes share one user-mode network, so direct paths are slow or absent',
  },
  'engine-rootless/no-tun': {
    cause: 'the engine runs without root, and only root can open /dev/net/tun: no node gets an interface',
    fix: 'Run `sudo chmod 666 /dev/net/tun`, or let the agent use an engine that runs as root (ORRERY_DOCKER_SOCKET).',
  },
  'engine-userns': {
    means:
      'The Docker Engine maps the users of containers to others (userns-remap). Nodes work if everybody can open the TUN device of the host.',
    fix: 'Run `sudo chmod 666 /dev/net/tun`; a udev rule makes it last.',
    see: get('/v1/hosts/{host}'),
  },
  'engine-userns/usable': {
    cause: 'the engine runs with userns-remap; everybody can open /dev/net/tun, so its nodes work',
    fix: 'You need not do anything.',
  },
  'engine-userns/no-tun': {
    cause: 'the engine runs with userns-remap, and only root can open /dev/net/tun: no node gets an interface',
  },
  'engine-old': {
    means: 'The Docker Engine is older than 20.10, the oldest that Orrery supports. Containers may lack settings.',
    fix: 'Update the engine to 20.10 or newer (https://docs.docker.com/engine/install/).',
    see: get('/v1/hosts/{host}'),
  },
  'engine-old/version': {
    cause: ({ version }: { version: string }) => `the engine is version ${version}; Orrery needs 20.10 or newer`,
  },
  'udp-blocked': {
    means:
      'A node that is desired in a network has a UDP socket, but has received no packet for at least a minute, neither from a root nor from another node. Usually a firewall drops its UDP.',
    fix: 'Allow outbound UDP and the answers to it, and inbound UDP to the port of the node, in the firewall of the host and of its network. If the firewall is clear, check that the root is running.',
    see: get('/v1/nodes'),
  },
  'udp-blocked/silent': {
    cause: ({ port }: { port: string }) =>
      `the node has a UDP socket (port ${port}), but has heard from no root and no other node for a minute`,
  },
  'udp-blocked/tcp': {
    cause: 'UDP does not get through: zerotier-one has fallen back to TCP over a relay, which is slow',
  },
  'no-root-reached': {
    means:
      'A node hears from other nodes, but from none of its roots. It keeps the paths that it has, and does not find new peers.',
    fix: 'Check that the root is running and that UDP to its port is allowed. Public roots need outbound UDP 9993 to the internet.',
    see: get('/v1/nodes'),
  },
  'no-root-reached/silent': {
    cause: ({ roots }: { roots: string }) => `the node hears from other nodes, but from none of its roots (${roots})`,
  },
  'wrong-root': {
    means:
      'The host is set up to use a root of your own (ORRERY_MOONS_DIR), but a node does not use it, because it was started before the file was there, or its daemon does not accept the file.',
    fix: 'Restart the node, so that it reads the file: `orrery restart HOST/NAME`. If it persists, the file is not a valid moon: make it again with `zerotier-idtool genmoon`.',
    see: get('/v1/nodes'),
  },
  'wrong-root/absent': {
    cause: ({ roots }: { roots: string }) => `the node does not use the root that this host is set up for (${roots})`,
  },
  'port-9993-taken': {
    means:
      "Another program has the UDP port of the host's own zerotier-one, which then has only its other ports, or no UDP socket at all (`udp-port-taken`). This says which program.",
    fix: 'Stop the other program, or set another primaryPort in the local.conf of zerotier-one and restart it. zerotier-one takes a port that becomes free within half a minute.',
    see: get('/v1/findings'),
  },
  'port-9993-taken/by': {
    cause: ({ port, program, pid }: { port: string; program: string; pid: string }) =>
      `the program ${program} (process ${pid}) has UDP port ${port} of this host`,
    fix: ({ pid }: { pid: string }) =>
      `Stop it (\`sudo kill ${pid}\`, or the service that starts it), or set another primaryPort in the local.conf of zerotier-one and restart it.`,
  },
  'port-9993-taken/other-ports': {
    cause: ({ port, program, pid }: { port: string; program: string; pid: string }) =>
      `the program ${program} (process ${pid}) has UDP port ${port} of this host; zerotier-one goes on with its other ports, which firewalls and port forwardings may not let through`,
    fix: ({ pid }: { pid: string }) =>
      `Stop it (\`sudo kill ${pid}\`, or the service that starts it), or set another primaryPort in the local.conf of zerotier-one and restart it.`,
  },
  'firewall-forward-drop': {
    means:
      "The firewall of the host forwards no packets for containers: the chain FORWARD drops or rejects them before Docker's own rules accept them. Nodes in containers then reach nobody.",
    fix: "Restart Docker, which puts its rules in place again: `sudo systemctl restart docker`. A firewall that was started after it must accept Docker's bridges (firewalld: zone docker; ufw: DEFAULT_FORWARD_POLICY).",
    see: get('/v1/hosts/{host}'),
  },
  'firewall-forward-drop/policy': {
    cause: "the chain FORWARD drops by default, and Docker's own rules are not in it",
  },
  'firewall-forward-drop/rule': {
    cause: "a rule of the chain FORWARD drops or rejects everything before Docker's own rules",
  },
  'iptables-legacy-and-nft': {
    means:
      'The host has firewall rules in both iptables-legacy and nftables. Both are in force, and each tool shows only its own: Docker accepts a packet in one, and the other drops it.',
    fix: 'Choose one for all programs: `sudo update-alternatives --config iptables` on Debian and Ubuntu, then remove the rules of the other and restart Docker.',
    see: get('/v1/hosts/{host}'),
  },
  'iptables-legacy-and-nft/both': {
    cause: 'firewall rules are in force in both iptables-legacy and nftables',
  },
  'zerotier-old': {
    means:
      'A zerotier-one is older than 1.12. It lacks answers that Orrery relies on, and does not reach newer nodes everywhere.',
    fix: "Update it. In a container: `orrery container set HOST/NAME --image IMAGE`. On a host: with the host's package manager.",
    see: get('/v1/nodes'),
  },
  'zerotier-old/host': {
    cause: ({ version }: { version: string }) => `the host's own zerotier-one is version ${version}, older than 1.12`,
    fix: ({ packages }: { packages: string }) => `Update it with ${packagesOf(packages)}.`,
  },
  'zerotier-old/container': {
    cause: ({ version }: { version: string }) => `zerotier-one in the container is version ${version}, older than 1.12`,
  },
  'bind-noise': {
    means:
      "The host's own zerotier-one listens on devices of containers: bridges and veth pairs. It offers their addresses to all its peers, which try them in vain, and opens sockets with each container that starts.",
    fix: 'Write `{"settings":{"interfacePrefixBlacklist":["docker","br-","veth"]}}` into /var/lib/zerotier-one/local.conf, merged with what is there, then restart zerotier-one.',
    see: get('/v1/nodes'),
  },
  'bind-noise/devices': {
    cause: ({ devices }: { devices: string }) =>
      `the host's own zerotier-one listens on devices of containers: ${devices}`,
  },
  'dns-ignored': {
    means:
      'A network pushes DNS servers, and the resolver of the host does not use them: allowDNS is off, or nothing on the host connects zerotier-one with its resolver. zerotier-one itself sets no DNS on Linux.',
    fix: 'Allow it (`orrery join HOST NETWORK --allow-dns`), and on a host with systemd-networkd install zerotier-systemd-manager. Otherwise put the servers into the configuration of its resolver.',
    see: get('/v1/memberships'),
  },
  'dns-ignored/off': {
    cause: ({ network }: { network: string }) => `the network ${network} pushes DNS servers, but allowDNS is off`,
    fix: 'If names of this network should be resolved here, allow it: `orrery join HOST NETWORK --allow-dns`.',
  },
  'dns-ignored/no-resolver': {
    cause: ({ network }: { network: string }) =>
      `the network ${network} pushes DNS servers and allowDNS is on, but zerotier-one sets no DNS on Linux`,
  },
  'journal-disk-low': {
    means:
      "The disk with the agent's state folder is almost full. When it is full, the agent cannot record what happens, and changes nothing until there is room.",
    fix: 'Make room on the disk: `docker system df` shows what Docker uses, `journalctl --disk-usage` the logs.',
    see: get('/v1/hosts/{host}'),
  },
  'journal-disk-low/room': {
    cause: ({ megabytes }: { megabytes: number }) =>
      `less than ${megabytes} MB are free on the disk with the agent's state folder`,
  },
  'uplink-flapping': {
    means:
      'The agent loses its connection to NATS again and again. What happens on the host arrives late, and calls to it fail.',
    fix: 'Check the network between the host and NATS_URL: packet loss, a proxy or firewall that cuts idle connections, or NATS restarting.',
    see: get('/v1/hosts/{host}'),
  },
  'uplink-flapping/times': {
    cause: ({ times, minutes }: { times: number; minutes: number }) =>
      `the connection to NATS was lost at least ${times} times within ${minutes} minutes`,
  },
  'version-drift': {
    means:
      'Versions differ by much: an agent is older than the API, or a zerotier-one is two or more minor versions older than the newest in the same network.',
    fix: 'Update the older one. An agent: run the installer on its host again (docs/hosts.md). A container: `orrery container set HOST/NAME --image IMAGE`.',
    see: get('/v1/hosts'),
  },
  'version-drift/agent': {
    cause: ({ agent, api }: { agent: string; api: string }) => `the agent is version ${agent}, the API ${api}`,
    fix: 'Update the agent: run the installer on the host again (docs/hosts.md).',
  },
  'version-drift/node': {
    cause: ({ version, newest, network }: Record<'version' | 'newest' | 'network', string>) =>
      `its zerotier-one is version ${version}; another node in ${network} has ${newest}`,
  },
  'route-overlap': {
    means:
      'Two networks of one node push overlapping routes. The kernel sends packets for the shared addresses into only one of them.',
    fix: 'Give one of the networks another range (`orrery network set NETWORK --pool PREFIX`), leave one of them, or accept only some prefixes: `orrery join HOST NETWORK --allow-managed PREFIXES`.',
    see: get('/v1/networks'),
  },
  'route-overlap/networks': {
    cause: ({ one, ofOne, other, ofOther }: Record<'one' | 'ofOne' | 'other' | 'ofOther', string>) =>
      `the networks ${one} (${ofOne}) and ${other} (${ofOther}) overlap`,
  },
} as const satisfies Table<MachineCode>;
