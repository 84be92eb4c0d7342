import type { FailureCode } from '../outcomes.js';
import { get, type Table } from './entry.js';

const LOGS = get('/v1/hosts/{host}/containers/{name}/logs');

/** An item cannot be achieved on this host now; it stays desired and is retried with growing pauses. */
export const FAILURES = {
  'client-too-old': {
    means: 'The network requires a newer zerotier-one than this node runs.',
    fix: 'Use a newer image (`orrery container set HOST/NAME --image IMAGE`), or upgrade zerotier-one on the host.',
    see: { method: 'PUT', path: '/v1/hosts/{host}/containers/{name}' },
  },
  'client-too-old/network': { cause: 'the network requires a newer zerotier-one' },
  'daemon-unreachable': {
    means: 'zerotier-one is running, but its local API does not answer.',
    fix: 'Check its log (`orrery container logs HOST/NAME`, or `journalctl -u zerotier-one` for the one of the host), then restart it.',
    see: LOGS,
  },
  'daemon-unreachable/host': {
    fix: 'Start zerotier-one: `sudo systemctl start zerotier-one`. If it stops again, check `journalctl -u zerotier-one`.',
  },
  'daemon-unreachable/container': {
    fix: 'Check the log of the container: `orrery container logs HOST/NAME`. `orrery restart HOST/NAME` recreates it and keeps its identity.',
  },
  'daemon-unreachable/files': {
    cause: 'zerotier-one cannot use a file in its home: local.conf or authtoken.secret',
    fix: 'Correct local.conf (it must be JSON) and the owner of the files in its home, then restart zerotier-one. For a container of Orrery: `orrery restart HOST/NAME`.',
  },
  'docker-unreachable': {
    means: 'The agent cannot reach the Docker Engine.',
    fix: 'Start it (`sudo systemctl start docker`), and check that the agent can access its socket.',
    see: get('/v1/hosts/{host}'),
  },
  'docker-unreachable/slow': {
    fix: 'Check whether `docker ps` answers. If not, restart Docker: `sudo systemctl restart docker`.',
  },
  'docker-unreachable/forbidden': {
    cause: ({ socket }: { socket: string }) => `the agent cannot access ${socket} (permission denied)`,
    fix: 'Run the agent as root, or add its user to the group of the socket (`sudo usermod -aG docker USER`) and restart it.',
  },
  'docker-unreachable/absent': {
    cause: ({ socket }: { socket: string }) => `there is no Docker Engine at ${socket}`,
    fix: 'Install and start Docker (`sudo systemctl start docker`), or set DOCKER_HOST=unix:///path/docker.sock to where it listens.',
  },
  'docker-unreachable/stopped': {
    cause: ({ socket, error, doing }: { socket: string; error: string; doing: string }) =>
      `the Docker Engine at ${socket} does not answer (${error}) while ${doing}`,
    fix: 'Start Docker: `sudo systemctl start docker`.',
  },
  'container-died': {
    means: 'The process of the container ended.',
    fix: 'Check why it ended: `orrery container logs HOST/NAME`. `orrery restart HOST/NAME` tries again at once.',
    see: LOGS,
  },
  'container-died/out-of-memory': {
    fix: 'Raise its memory limit: `orrery container set HOST/NAME --memory MIB`.',
    see: { method: 'PUT', path: '/v1/hosts/{host}/containers/{name}' },
  },
  'container-died/starting-again': { fix: 'Wait: the agent starts it again.' },
  'container-died/removed': {
    cause: 'the container is gone: somebody removed it',
    fix: 'Wait: the agent recreates it with the same identity.',
  },
  'container-died/none': {
    cause: 'this node has no container',
    fix: 'Launch it: `orrery launch NAME --host HOST --network NETWORK`.',
    see: { method: 'POST', path: '/v1/hosts/{host}/containers' },
  },
  'container-name-taken': {
    means: 'A container that Orrery did not make has the name orrery-NAME on this host.',
    fix: 'Choose another name, or remove that container on the host: `docker rm -f orrery-NAME`.',
    see: get('/v1/hosts/{host}'),
  },
  'container-name-taken/foreign': {
    cause: ({ name, id }: { name: string; id: string }) =>
      `a container named orrery-${name} (${id}) exists that Orrery did not make`,
    fix: ({ name, id }: { name: string; id: string }) =>
      `Launch under another name, or remove the container orrery-${name} on the host: \`docker rm -f ${id}\`.`,
  },
  'container-name-taken/changed': {
    cause: ({ name, differs }: { name: string; differs: string }) =>
      `somebody changed the container orrery-${name}, so it is no longer as Orrery made it (${differs}): Orrery leaves it alone`,
    fix: ({ name, id }: { name: string; id: string }) =>
      `Remove the container orrery-${name} on the host: \`docker rm -f ${id}\`.`,
  },
  'container-name-taken/not-ours': {
    cause: ({ container }: { container: string }) =>
      `Orrery did not make the container ${container}, or somebody changed it: Orrery leaves it alone`,
    fix: ({ container }: { container: string }) => `Remove or rename it on the host: \`docker rm -f ${container}\`.`,
  },
  'container-name-taken/engine': {
    fix: ({ container }: { container: string }) =>
      `Launch under another name, or remove the container \`${container}\`, which Orrery did not make.`,
  },
  'container-name-taken/network': {
    cause: ({ network, label }: { network: string; label: string }) =>
      `the Docker network ${network} does not belong to Orrery: it lacks the label ${label}, or is not a bridge`,
    fix: ({ network }: { network: string }) =>
      `Remove the network (\`docker network rm ${network}\`), or set ORRERY_DOCKER_NETWORK to another name.`,
  },
  'container-paused': {
    means: 'Somebody paused the container.',
    fix: 'Unpause it on the host: `docker unpause orrery-NAME`. Orrery also tries, with growing pauses.',
    see: get('/v1/hosts/{host}/containers/{name}'),
  },
  'container-paused/by-somebody': { cause: 'somebody paused the container' },
  'container-paused/container': {
    cause: 'the container is paused',
    fix: ({ container }: { container: string }) => `Unpause it on the host: \`docker unpause ${container}\`.`,
  },
  'disk-full': {
    means: 'The disk of the host is full.',
    fix: 'Free space where Docker keeps its data (`docker system df`, `docker image prune`) and where the agent keeps its state.',
    see: get('/v1/hosts/{host}'),
  },
  'disk-full/daemon': { cause: 'zerotier-one could not write: no space is left' },
  'identity-lost': {
    means: 'The identity of the node is gone, or the node answers with an address other than that of its identity.',
    fix: 'Remove the container and launch it again: `orrery rm HOST/NAME --forget`. It gets a new address; without --forget, the old one stays on the controllers of its networks.',
    see: { method: 'DELETE', path: '/v1/hosts/{host}/containers/{name}' },
  },
  'identity-lost/not-in-state-folder': {
    cause: 'the identity of the node is not in the state folder of the agent',
    fix: 'Restore the state folder of the agent, or remove the container and launch it again (it gets a new address): `orrery rm HOST/NAME`.',
  },
  'identity-lost/cannot-recreate': {
    cause: 'the agent no longer has the identity of this node, so it cannot recreate the container',
  },
  'identity-lost/another-answers': {
    fix: 'Restart the container: `orrery restart HOST/NAME`. It is recreated with its own identity.',
    see: { method: 'POST', path: '/v1/hosts/{host}/containers/{name}/restart' },
  },
  'identity-lost/not-accepted': { cause: 'zerotier-one does not accept the identity of the node' },
  'image-absent': {
    means: 'The image is not on this host, and the registry does not have it.',
    fix: 'Check the name and the tag of the image, or load it on the host: `docker load`.',
    see: get('/v1/hosts/{host}/containers/{name}'),
  },
  'image-absent/named': {
    fix: ({ image }: { image: string }) => `Check the name and the tag of the image: \`${image}\`.`,
  },
  'image-absent/not-pulled': {
    cause: ({ image }: { image: string }) => `the image ${image} is not on this host`,
    fix: ({ image }: { image: string }) =>
      `Wait: the agent pulls it. If that fails, pull it on the host: \`docker pull ${image}\`.`,
  },
  'image-absent/pulled': {
    cause: ({ image }: { image: string }) => `${image} was pulled, but is still not on this host`,
    fix: ({ image }: { image: string }) => `Check what \`docker pull ${image}\` prints on the host.`,
  },
  'image-absent/simulated': {
    cause: ({ image }: { image: string }) => `there is no image ${image}`,
    fix: 'Choose an image without "absent" or "refused" in its name: this host is simulated.',
  },
  'image-architecture': {
    means: 'The image is built for another processor architecture.',
    fix: 'Use an image that is built for the architecture of this host.',
    see: { method: 'PUT', path: '/v1/hosts/{host}/containers/{name}' },
  },
  'image-architecture/image': {
    fix: ({ image }: { image: string }) =>
      `Use an image that is built for the architecture of this host instead of ${image}.`,
  },
  'image-unsuitable': {
    means: 'The image has no zerotier-one or zerotier-idtool in /usr/sbin, declares volumes, or is not for Linux.',
    fix: 'Use an image of zerotier-one, such as zerotier/zerotier.',
    see: { method: 'PUT', path: '/v1/hosts/{host}/containers/{name}' },
  },
  'image-unsuitable/no-program': { cause: 'the image has no /usr/sbin/zerotier-one' },
  'image-unsuitable/image': {
    fix: ({ image }: { image: string }) =>
      `Use an image with /usr/sbin/zerotier-one, such as zerotier/zerotier, instead of ${image}.`,
  },
  'lan-not-reached': {
    means: 'A router was asked to carry a prefix that its host itself does not reach.',
    fix: 'Choose a host in that LAN, or give this one a route to it (`ip route`). The agent looks again by itself.',
    see: get('/v1/hosts/{host}'),
  },
  'lan-not-reached/no-route': {
    cause: ({ prefix }: { prefix: string }) => `this host has no route to ${prefix}`,
  },
  'lan-not-reached/zerotier': {
    cause: ({ prefix, device }: { prefix: string; device: string }) =>
      `this host reaches ${prefix} only over the ZeroTier interface ${device}`,
    fix: 'Choose a host in that LAN. A prefix that a network brings onto a host is not behind that host.',
  },
  'lan-not-reached/bridge': {
    cause: ({ prefix, device }: { prefix: string; device: string }) =>
      `${prefix} is on the bridge ${device} of Docker, which Docker isolates from the containers of Orrery`,
    fix: 'Attach the containers there to the network instead: `orrery attach HOST WORKLOAD --network NETWORK`.',
  },
  'lan-not-reached/own-network': {
    cause: ({ prefix, subnet, network }: { prefix: string; subnet: string; network: string }) =>
      `${prefix} overlaps ${subnet}, the Docker network ${network} that the router itself is on`,
    fix: ({ network }: { network: string }) =>
      `Name smaller prefixes, or let the engine give the network another subnet: remove its containers and \`docker network rm ${network}\`; Orrery recreates it.`,
  },
  'lockout-rolled-back': {
    means:
      'After this change of a network of its own zerotier-one, the host could not reach the API over NATS for a minute, which it could before. The agent undid the change and does not try it again.',
    fix: 'Check which addresses and routes the network pushes (`orrery membership get NODE NETWORK`), then join again with the ones you want: `orrery join HOST NETWORK --allow-managed PREFIXES`. If only NATS or the API was down, request the same change again.',
    see: { method: 'PUT', path: '/v1/nodes/{node}/networks/{network}' },
  },
  'lockout-rolled-back/change': {
    cause: ({ network, undone }: { network: string; undone: string }) =>
      `after this change of ${network} the host could not reach the API over NATS for a minute, which it could before: ${undone}`,
  },
  'net-admin-missing': {
    means: 'zerotier-one cannot set up its interface: it lacks the capability NET_ADMIN.',
    fix: 'Let the engine grant NET_ADMIN (a rootless engine, a user namespace or a security profile may withhold it), then `orrery restart HOST/NAME`. Run a daemon of the host as root.',
    see: get('/v1/hosts/{host}'),
  },
  'net-admin-missing/tun': { cause: 'zerotier-one cannot configure its TUN device: it lacks the capability NET_ADMIN' },
  'nft-missing': {
    means: 'A router needs nft (nftables) on its host, and tables of nftables in its kernel.',
    fix: 'Install nftables on the host (`sudo apt-get install nftables`); its service need not run. The agent then tries again by itself.',
    see: get('/v1/hosts/{host}'),
  },
  'nft-missing/program': { cause: 'there is no program nft on this host' },
  'nft-missing/unusable': {
    cause: ({ error }: { error: string }) => `nft does not work on this host: ${error}`,
  },
  'nft-missing/refused': {
    cause: ({ error }: { error: string }) => `the kernel does not accept the table of the router: ${error}`,
    fix: 'Load the modules that the table needs: `sudo modprobe -a nf_tables nft_chain_nat nft_masq nft_ct`. The agent must run as root, with NET_ADMIN. It then tries again by itself.',
  },
  'nft-missing/changed-at-once': {
    cause: 'the table of the router was not as written right after it was written',
    fix: 'Find the program that changes it: `sudo nsenter -t PID -n nft monitor`, with the PID that `docker inspect` shows for the container.',
  },
  'no-masquerade': {
    means:
      'The Docker network of the router does not let its packets out under the address of the host, so that nothing in the LAN could answer.',
    fix: 'Let the network masquerade: recreate it without `internal` and without `com.docker.network.bridge.enable_ip_masquerade=false`.',
    see: get('/v1/hosts/{host}'),
  },
  'no-masquerade/internal': {
    cause: ({ network }: { network: string }) => `the Docker network ${network} is internal: nothing leaves the host`,
  },
  'no-masquerade/option': {
    cause: ({ network }: { network: string }) =>
      `the Docker network ${network} was created with com.docker.network.bridge.enable_ip_masquerade=false`,
  },
  'policy-denied': {
    means: 'The policy of the host does not allow this.',
    fix: "Change the rule named in the cause (docs/policy.md), or ask the host's owner.",
    see: get('/v1/hosts/{host}'),
  },
  'policy-denied/rule': {
    fix: ({ rule, where }: { rule: string; where: string }) =>
      `Change the rule ${rule} in ${where} on the host so that it allows this, or request what the policy allows. The agent reads the file again at once.`,
  },
  'policy-denied/label': {
    fix: ({ name, network, where }: { name: string; network: string; where: string }) =>
      `Add ${network} to the label orrery.network of ${name} and recreate the container, or set \`workloads: all\` in ${where}.`,
  },
  'port-error': {
    means: 'zerotier-one could not open the interface of the network (PORT_ERROR).',
    fix: 'Check the log of the daemon (`orrery container logs HOST/NAME`) and that /dev/net/tun exists.',
    see: LOGS,
  },
  'port-error/interface': { cause: 'zerotier-one could not set up the interface' },
  'udp-ports-used-up': {
    means: 'Every UDP port of the range from which this host gives its nodes their ports is taken.',
    fix: 'Set a larger range on the host (ORRERY_NODE_PORTS, as 25000-26999) and restart its agent. Nodes keep the ports that they have.',
    see: get('/v1/hosts/{host}'),
  },
  'udp-ports-used-up/range': {
    cause: ({ first, last }: { first: number; last: number }) =>
      `no port from ${first} to ${last} is free for another node: other nodes on this engine, or programs of the host, have them all`,
  },
  'port-taken': {
    means: 'The port that zerotier-one needs (9993) is in use.',
    fix: 'Find its owner (`sudo ss -lpn sport = :9993`) and stop it, or give one of the two another port in local.conf.',
    see: get('/v1/hosts/{host}'),
  },
  'port-taken/daemon': { cause: 'zerotier-one ended because another program uses its port' },
  'port-taken/engine': { fix: 'Find the program that uses the port (`sudo ss -lpn`) and stop it.' },
  'port-taken/garbage': {
    cause: ({ said, port }: { said: string; port: number }) =>
      `${said}: something other than this host's zerotier-one answers at port ${port}`,
    fix: ({ port }: { port: number }) =>
      `Find the program at the port (\`sudo ss -lpn sport = :${port}\`) and stop it. A container on the network of the host may have taken it.`,
  },
  'pull-refused': {
    means: 'The registry refused the image, or could not be reached.',
    fix: 'Check the name, log in on the host (`docker login`), or load the image there (`docker load`).',
    see: get('/v1/hosts/{host}'),
  },
  'pull-refused/image': {
    fix: ({ image }: { image: string }) =>
      `Check on the host that \`docker pull ${image}\` works. If the registry asks for credentials, \`docker login\` must have stored them for the user that runs the agent.`,
  },
  'pull-refused/simulated': {
    cause: ({ image }: { image: string }) => `the registry refuses ${image}`,
    fix: 'Choose an image without "absent" or "refused" in its name: this host is simulated.',
  },
  'route-conflict': {
    means:
      'A network pushes an address or a route that would take something away from this host: its LAN, a bridge of Docker, its resolver, or its way to NATS and the API. The agent leaves it out and accepts the rest of the network.',
    fix: "Ask the network's owner to push other addresses. To accept them anyway: `orrery join HOST NETWORK --allow-managed PREFIXES`",
    see: { method: 'PUT', path: '/v1/nodes/{node}/networks/{network}' },
  },
  'route-conflict/address': {
    cause: ({ target, what }: { target: string; what: string }) =>
      `the network assigns an address in ${target}, which would take ${what} away from this host: the agent leaves it out`,
  },
  'settings-refused': {
    means: 'zerotier-one did not accept the settings of the membership or the network.',
    fix: 'Check whether another program changes the networks of this node, then request the change again. If it persists, report it as a bug.',
    see: get('/v1/nodes/{node}/networks/{network}'),
  },
  'settings-refused/list-lost': {
    cause: ({ network }: { network: string }) =>
      `the list for allowManaged of ${network} did not stay in its settings file`,
  },
  'settings-refused/flags': {
    cause: ({ flags }: { flags: string }) => `zerotier-one did not accept ${flags}`,
  },
  'settings-refused/controller': {
    cause: ({ dropped, of }: { dropped: string; of: string }) => `the controller did not accept ${dropped} of ${of}`,
    fix: 'Check whether this release of zerotier-one supports it, and that nothing else changes the same network.',
    see: get('/v1/networks/{network}'),
  },
  'settings-refused/file': {
    fix: 'Run the agent as root, or join without a list: `orrery join HOST NETWORK --allow-managed yes`.',
  },
  'token-unreadable': {
    means: "The agent cannot read zerotier-one's authtoken.secret.",
    fix: 'Run the agent as root, or copy the token to ~/.zeroTierOneAuthToken of its user.',
    see: get('/v1/hosts/{host}'),
  },
  'token-unreadable/absent': {
    fix: 'Start zerotier-one once, so that it creates the token: `sudo systemctl start zerotier-one`.',
  },
  'token-unreadable/forbidden': {
    fix: ({ user, from, to }: { user: string; from: string; to: string }) =>
      `Run the agent as root, or give its user a copy: \`sudo install -m 600 -o ${user} ${from} ${to}\`.`,
  },
  'token-unreadable/outdated': {
    fix: 'Restart zerotier-one (`sudo systemctl restart zerotier-one`) and renew any copy in ~/.zeroTierOneAuthToken: the token is not the one of the running daemon.',
  },
  'tun-denied': {
    means:
      'The device /dev/net/tun exists, but the host does not let programs open it: a device cgroup, a security profile or an outer container denies it. zerotier-one then runs and looks healthy, but has no interface.',
    fix: 'Allow the device where the denial comes from: `DeviceAllow=/dev/net/tun rw` in a systemd unit, `lxc.cgroup2.devices.allow: c 10:200 rwm` for an LXC container, `--device /dev/net/tun` for a container.',
    see: get('/v1/hosts/{host}'),
  },
  'tun-denied/cgroup': {
    cause: 'the kernel refuses to open /dev/net/tun, although the device exists: a device cgroup denies 10:200',
  },
  'tun-denied/log': {
    cause: 'zerotier-one cannot open /dev/net/tun: the device exists, but something forbids its use',
    fix: 'Let containers use the device: no device cgroup, security profile or outer container may deny 10:200. If only this container is denied, recreate it: `orrery restart HOST/NAME`.',
  },
  'tun-missing': {
    means: 'There is no TUN device: zerotier-one runs and looks healthy, but cannot create an interface.',
    fix: 'Run `sudo modprobe tun` on the host; the agent then tries again by itself. If /dev/net/tun is still absent: `sudo mkdir -p /dev/net && sudo mknod /dev/net/tun c 10 200`. An engine with `userns-remap` needs one that all users can open (`sudo chmod 666 /dev/net/tun`). An engine that runs in a container needs the device in that container, too.',
    see: get('/v1/hosts/{host}'),
  },
  'tun-missing/log': { cause: 'zerotier-one has no TUN device, so it cannot create an interface' },
  'tun-missing/no-interface': {
    cause: ({ network }: { network: string }) => `zerotier-one is in ${network}, but has no interface for it`,
  },
  unexpected: {
    means: 'Something that Orrery has no name for.',
    fix: "Check the agent's log (`journalctl -u orrery-agent`), and report this as a bug with it.",
    see: get('/v1/hosts/{host}'),
  },
  'unexpected/trying-again': { fix: "Wait: the agent tries again. If it persists, check the agent's log." },
  'unexpected/recreated': { fix: 'Wait: the agent recreates the container with the same identity.' },
  'unexpected/engine': { fix: "Check the agent's log and the engine's (`journalctl -u docker`)." },
  'unexpected/engine-version': { fix: 'Check that the engine is Docker 20.10 or newer.' },
  'unexpected/no-interface': {
    cause: ({ network }: { network: string }) =>
      `zerotier-one accepted the join of ${network}, but is not in it: it could not create an interface`,
    fix: 'Check its log. A missing /dev/net/tun and a missing NET_ADMIN are the usual causes.',
  },
  'unexpected/host-log': {
    cause: ({ error }: { error: string }) => `cannot read the log of the host's zerotier-one: ${error}`,
    fix: 'Check where your system keeps it. With systemd: `journalctl -u zerotier-one`.',
  },
  'unexpected/no-gateway': {
    cause: ({ network }: { network: string }) => `the Docker network ${network} has no IPv4 gateway`,
    fix: ({ network }: { network: string }) =>
      `Remove the network (\`docker network rm ${network}\`); Orrery recreates it.`,
  },
  'unexpected/moons': {
    cause: ({ error }: { error: string }) => `cannot read the folder of root files: ${error}`,
    fix: 'Correct ORRERY_MOONS_DIR in the settings of the agent.',
  },
  'unexpected/no-iproute': { fix: 'Install iproute2 (the command `ip`) on this host.' },
  'unexpected/unknown-ground': {
    cause: ({ error }: { error: string }) => `cannot read the routes of this host: ${error}`,
    fix: 'Install iproute2 (the command `ip`) on this host, or accept addresses by list: `orrery join HOST NETWORK --allow-managed PREFIXES`',
  },
  unsupported: {
    means: 'This agent does not know this kind of item, or cannot do this where it runs.',
    fix: 'Upgrade the agent: run its install command again on the host (docs/hosts.md).',
    see: get('/v1/hosts/{host}'),
  },
  'unsupported/no-journal': {
    cause: ({ error }: { error: string }) => `cannot read the log of the host's zerotier-one: ${error}`,
    fix: 'Check where your system keeps it; this host has no journalctl.',
  },
  'unsupported/attached-router': {
    cause: 'a router needs a container of its own, and this node is attached to a workload',
    fix: 'Let the route launch one: `orrery route add PREFIX --network NETWORK --via HOST`.',
  },
  'unsupported/check-outside': {
    cause: ({ address }: { address: string }) =>
      `${address} is to be checked, but is in none of the prefixes that the router opens`,
    fix: 'Check an address within the prefix of the route. Agents try no other.',
  },
  'unsupported/watch-outside': {
    cause: ({ address, network }: { address: string; network: string }) =>
      `${address} is to be watched as the router that serves, but is in none of the prefixes of ${network}`,
    fix: 'Give the router that serves an address within the routes of the network. Agents watch no other.',
  },
  'unsupported/other-namespace': {
    cause: 'this agent does not see the processes of the Docker Engine, so it cannot enter the network of a container',
    fix: 'Run the agent on the machine of the engine, in its process namespace (`--pid host`).',
  },
  'workload-unsuitable': {
    means: 'Nothing can be attached to this workload, because of how it was created.',
    fix: 'Create the workload in another way, as the cause says.',
  },
  'workload-unsuitable/rootless': {
    cause: ({ name }: { name: string }) =>
      `the container ${name} runs on a rootless Docker Engine, whose networks the agent cannot see`,
    fix: 'Run it on an engine that runs as root, and let the agent use the socket of that one (`ORRERY_DOCKER_SOCKET`).',
  },
  'workload-unsuitable/host-users': {
    cause: ({ name }: { name: string }) =>
      `the container ${name} uses the user namespace of the host, while this Docker Engine remaps the users of all others`,
    fix: 'Recreate it without `--userns=host` (`userns_mode: host` of Docker Compose).',
  },
  'workload-unsuitable/host-network': {
    cause: ({ name }: { name: string }) => `the container ${name} uses the network of the host`,
    fix: 'Join the network with the host itself (`orrery join HOST NETWORK`), or give the container a network of its own.',
  },
  'workload-unsuitable/shared': {
    cause: ({ name, owner }: { name: string; owner: string }) =>
      `the container ${name} uses the network of the container ${owner}`,
    fix: ({ owner }: { owner: string }) => `Attach ${owner} instead: what it has, both have.`,
  },
  'workload-unsuitable/no-way-out': {
    cause: ({ name }: { name: string }) =>
      `the container ${name} has no way out of its host: its networks are internal, or it has none`,
    fix: 'Connect it to a bridge network that is not internal: ZeroTier reaches its roots over it (UDP).',
  },
  'workload-unsuitable/temporary': {
    cause: ({ name }: { name: string }) =>
      `the container ${name} is a task of Docker Swarm or of \`docker compose run\`, which nobody can name again`,
    fix: 'Attach a service of Docker Compose or a container with a name.',
  },
  'workload-unsuitable/ours': {
    cause: ({ name }: { name: string }) => `the container ${name} is a ZeroTier container of Orrery`,
    fix: 'Join another network with it: `orrery join HOST/NAME NETWORK`.',
  },
  'workload-unsuitable/twice': {
    cause: ({ name, container }: { name: string; container: string }) =>
      `the container ${name} is attached already, by ${container}`,
    fix: ({ container }: { container: string }) =>
      `One node is enough for all networks of a workload: \`orrery join HOST/${container} NETWORK\`.`,
  },
  'workload-unsuitable/runs-zerotier': {
    cause: ({ name }: { name: string }) => `the container ${name} runs a ZeroTier of its own`,
    fix: 'Take zerotier-one out of the container, or join its networks there.',
  },
  'zerotier-missing': {
    means: 'zerotier-one is not installed on this host.',
    fix: 'Install it (https://www.zerotier.com/download) and start it (`sudo systemctl enable --now zerotier-one`), or launch a container instead: `orrery launch NAME --host HOST --network NETWORK`.',
    see: { method: 'POST', path: '/v1/hosts/{host}/containers' },
  },
  'zerotier-missing/home': {
    cause: ({ home }: { home: string }) => `zerotier-one is not installed on this host: there is no ${home}`,
  },
} as const satisfies Table<FailureCode>;
