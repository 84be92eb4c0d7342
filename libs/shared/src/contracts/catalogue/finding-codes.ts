import type { FindingCode } from '../events/findings.js';
import type { MachineCode } from './doctor-codes.js';
import type { FailureCode, WaitingCode } from '../outcomes.js';
import { counted, get, path, type Table } from './entry.js';

const whichOfTheTwo = (address: string) =>
  `Check which machine really has the identity (\`zerotier-cli info\`). Remove the copy (\`orrery rm HOST/CONTAINER\`), or shut out the host that lies (\`orrery host revoke HOST\`). To decide before that, name the address: \`orrery membership authorize ${address} NETWORK\` or \`orrery membership deny ${address} NETWORK\`.`;

/** Other diagnosed causes, which are not the outcome of an item. */
export const FINDINGS = {
  'interface-disagrees': {
    means:
      'The daemon and the kernel disagree: zerotier-one reports OK and there is no interface or address, or it lost its authorization and the address is still there.',
    fix: 'Trust the kernel for what works now. After a deauthorization, wait a minute; otherwise restart the node.',
    see: get('/v1/interfaces'),
  },
  'interface-disagrees/device': {
    fix: 'Check `ip addr` in the network namespace of the node, and its log. A restart of the node sets the interface up again.',
  },
  'interface-disagrees/refused': {
    cause: ({ status, network, device, addresses }: Record<'status' | 'network' | 'device' | 'addresses', string>) =>
      `zerotier-one reports ${status} for ${network}, but ${device} keeps ${addresses}: it looks connected, but is not`,
    fix: 'Authorize the node again (`orrery membership authorize NODE NETWORK`), or leave the network (`orrery leave NODE NETWORK`): only then does zerotier-one remove the address.',
  },
  'udp-port-taken': {
    means:
      'zerotier-one runs without a UDP socket, because something else has its port. It reports OK and keeps its cached address, but nobody reaches it.',
    fix: 'Stop the program that has the port. zerotier-one takes the port within half a minute after that.',
    see: get('/v1/findings'),
  },
  'udp-port-taken/container': {
    cause: ({ port }: { port: string }) =>
      `zerotier-one has no UDP socket: something else in its network namespace has port ${port}`,
    fix: ({ port }: { port: string }) =>
      `Find the program on the host (\`sudo nsenter -t PID -n ss -lunp sport = :${port}\`, with the PID that \`docker inspect\` shows for the container) and stop it. zerotier-one takes the port within half a minute; \`orrery restart HOST/NAME\` does it at once.`,
  },
  'udp-port-taken/host': {
    cause: ({ port }: { port: string }) => `zerotier-one has no UDP socket: something else has port ${port}`,
    fix: ({ port }: { port: string }) =>
      `Find the program (\`sudo ss -lunp sport = :${port}\`) and stop it, or set another primaryPort in the local.conf of zerotier-one and restart it.`,
  },
  'not-heard': {
    means:
      'A node has its address, but has heard neither from its controller nor from another node since it was started, so probably nobody reaches it. After a restart this usually takes a few seconds.',
    fix: 'Wait: nodes whose peers remember another location of it are reached after four minutes at most. If it persists, check that UDP 9993 is open, and that its root and its controller are running.',
    see: get('/v1/nodes'),
  },
  'not-heard/since': {
    cause: ({ addresses, since }: Record<'addresses' | 'since', string>) =>
      `it has the address ${addresses}, but has heard from no other node since it was started at ${since}`,
  },
  'item-stuck': {
    means: 'An item failed repeatedly. The agent continues to try, with growing pauses.',
    fix: 'Fix the cause named in the finding, or remove the item.',
    see: get('/v1/commands'),
  },
  'routes-left-out': {
    means:
      "A network pushes routes or addresses that the policy of the host does not allow (rule routes), or more routes than fit into zerotier-one's list of what it accepts (1,000 bytes). The rest is accepted.",
    fix: 'Allow them in the policy on the host (docs/policy.md). If they did not fit, join with the wider prefixes that you need: `orrery join HOST NETWORK --allow-managed PREFIXES`',
    see: { method: 'PUT', path: '/v1/nodes/{node}/networks/{network}' },
  },
  'routes-left-out/no-room': {
    cause: ({ routes, left, some }: { routes: number; left: number; some: string }) =>
      `${left} of the ${routes} routes that the network pushes do not fit into the list: ${some}`,
    fix: 'Join with the wider prefixes that you need: `orrery join HOST NETWORK --allow-managed PREFIXES`',
  },
  'container-foreign': {
    means: 'A container that Orrery did not make has its name or label. Orrery leaves it alone.',
    fix: 'Find out who made it, then remove or rename it on the host.',
    see: get('/v1/hosts/{host}'),
  },
  'container-foreign/labels': {
    cause: ({ id, name }: { id: string; name: string }) =>
      `the container ${id} has the name or the labels of orrery-${name}, but Orrery did not make it: Orrery leaves it alone`,
  },
  'container-foreign/changed': {
    cause: ({ id, name, differs }: { id: string; name: string; differs: string }) =>
      `somebody changed the container orrery-${name} (${id}), so it is no longer as Orrery made it (${differs}): Orrery leaves it alone`,
    fix: ({ id }: { id: string }) => `Remove it on the host: \`docker rm -f ${id}\`.`,
  },
  'policy-unreadable': {
    means:
      'The policy file of the host exists but cannot be used: users other than root can write it, or a rule in it is invalid. Until it is fixed, the host allows nothing new; everything already running keeps running.',
    fix: 'Correct the file and the line named in the finding, on the host. The agent reads it again at once.',
    see: get('/v1/hosts/{host}'),
  },
  'policy-unreadable/not-read-yet': {
    cause: 'the agent has not read it yet',
    fix: 'Wait a moment.',
  },
  'policy-unreadable/absent': {
    cause: ({ file }: { file: string }) => `there is no file ${file}`,
    fix: 'Create it, or unset ORRERY_POLICY_FILE.',
  },
  'policy-unreadable/rules': {
    fix: ({ file }: { file: string }) =>
      `Correct ${file}; the agent reads it again as soon as it changes. docs/policy.md has every rule.`,
  },
  'policy-unreadable/not-a-file': {
    cause: ({ file }: { file: string }) => `${file} is not a regular file`,
    fix: ({ file }: { file: string }) => `Write the rules into ${file} itself.`,
  },
  'policy-unreadable/too-large': {
    cause: ({ file, bytes }: { file: string; bytes: number }) => `${file} is larger than ${bytes} bytes`,
    fix: 'Remove everything that is not a rule.',
  },
  'policy-unreadable/link': {
    cause: ({ file }: { file: string }) => `${file} is a link`,
    fix: ({ file }: { file: string }) => `Write the rules into ${file} itself: the agent does not follow links.`,
  },
  'policy-unreadable/unreadable': {
    cause: ({ file, error }: { file: string; error: string }) => `cannot read ${file}: ${error}`,
    fix: ({ file }: { file: string }) => `Make it readable (\`chmod 0644 ${file}\`), or run the agent as root.`,
  },
  'policy-unreadable/owner': {
    cause: ({ file, uid }: { file: string; uid: number }) => `${file} belongs to the user ${uid}, not to root`,
    fix: ({ file }: { file: string }) => `Give it to root: \`chown root:root ${file}\`.`,
  },
  'policy-unreadable/writable': {
    cause: ({ file }: { file: string }) => `users other than its owner can write ${file}`,
    fix: ({ file }: { file: string }) => `Take that right away: \`chmod go-w ${file}\`.`,
  },
  'item-unclaimed': {
    means:
      'This agent once made it, but no desired state names it anymore: the database was restored from a backup, or the host was removed and joined again. Orrery leaves it alone.',
    fix: 'Remove it on the host (`docker rm -f orrery-NAME`), or leave it running. As long as it exists, its name is taken.',
    see: get('/v1/hosts/{host}'),
  },
  'item-unclaimed/container': {
    cause: ({ name }: { name: string }) =>
      `this agent made the container orrery-${name}, but no desired state names it anymore: Orrery leaves it alone`,
    fix: ({ name }: { name: string }) =>
      `Remove it on the host if you do not need it: \`docker rm -f orrery-${name}\`. As long as it exists, its name is taken.`,
  },
  'clock-skew': {
    means: "The clock of the host differs from the API's. Events keep their order; their times are misleading.",
    fix: 'Synchronize the clock of the host: `timedatectl set-ntp true` (systemd-timesyncd), or chrony.',
    see: get('/v1/hosts/{host}'),
  },
  'clock-skew/host': {
    cause: ({ seconds, side }: { seconds: number; side: 'ahead of' | 'behind' }) =>
      `the clock of this host is ${seconds} s ${side} the API's`,
  },
  'answers-forged': {
    means:
      'The agent received answers over NATS that the API did not sign for its request, and ignored them. Somebody with access to NATS answers in place of the API.',
    fix: "Check who can connect to NATS. If hosts share one NATS user (NATS_URL has a user), set NATS_URL without one, so that each host has its own key. Otherwise check who can read secrets/nats in the API's state folder.",
    see: get('/v1/hosts/{host}'),
  },
  'answers-forged/ignored': { cause: 'answers arrived over NATS that the API did not sign; the agent ignored them' },
  'host-cloned': {
    means: 'Two agents use one identity: a cloned machine or snapshot. Both only observe.',
    fix: 'Stop one of them, delete its state folder (ORRERY_AGENT_HOME) so that it joins as a host of its own, then restart the other.',
    see: get('/v1/hosts/{host}'),
  },
  'host-cloned/by-agent': { cause: 'another agent uses the identity of this host; this one only observes' },
  'host-cloned/by-api': {
    cause: 'two agents report under the identity of this host: a copied machine or state folder',
  },
  'connections-excess': {
    means:
      "The host's key is used for far more connections to NATS than one agent opens. Somebody copied the key, or something other than the agent runs on the host. Orrery keeps the three newest connections and closes the others.",
    fix: 'Find out who uses the key. To lock them out: `orrery host revoke HOST`, then join the host again: `orrery host add --replace HOST`.',
    see: { method: 'POST', path: '/v1/hosts/{host}/revoke' },
  },
  'connections-excess/closed': {
    cause: 'the key of this host was used for more connections to NATS than an agent opens; Orrery closed the oldest',
  },
  'network-without-addresses': {
    means: 'The network has no address pool and no route, so no node in it ever gets an IPv4 address.',
    fix: 'Give it a pool: `orrery network set NETWORK --pool 10.1.2.0/24`.',
    see: { method: 'PATCH', path: '/v1/networks/{network}' },
  },
  'network-without-addresses/v6-only': {
    cause: 'the network has no pool and no route: nodes get IPv6 addresses only',
  },
  'network-without-addresses/none': { cause: 'the network has no pool and no route: no node ever gets an address' },
  'pool-exhausted': {
    means: 'More nodes are authorized than the pools of the network have addresses: the last ones get none.',
    fix: 'Give it a larger pool (`orrery network set NETWORK --pool 10.1.0.0/22`), or deny nodes that do not belong there (`orrery membership deny NODE NETWORK`).',
    see: { method: 'PATCH', path: '/v1/networks/{network}' },
  },
  'pool-exhausted/counts': {
    cause: ({ authorized, addresses }: { authorized: number; addresses: string }) =>
      `${counted(authorized, 'node is', 'nodes are')} authorized, but the pools have ${addresses}`,
  },
  'address-outside-routes': {
    means:
      'A node has a fixed address that no route of the network covers: zerotier-one would not set it on the interface.',
    fix: 'Add a route that covers it (`orrery network set NETWORK --route PREFIX`), or choose another address (`orrery membership set NODE NETWORK --address IP`).',
    see: { method: 'PATCH', path: '/v1/networks/{network}' },
  },
  'address-outside-routes/node': {
    cause: ({ address, node }: { address: string; node: string }) => `no route covers ${address} of ${node}`,
  },
  'controller-beside-router': {
    means:
      'The controller of the network runs on a host whose router carries a route of it. While that host is away, nobody can switch the route to another router.',
    fix: 'Let a router on another host carry the route, or keep the network on a controller elsewhere: `orrery controller ls`.',
    see: get('/v1/controllers'),
  },
  'controller-beside-router/host': {
    cause: ({ controller, host, target }: { controller: string; host: string; target: string }) =>
      `the controller ${controller} runs on ${host}, whose router can carry ${target}: while ${host} is away, nobody can switch the route`,
  },
  'route-without-standby': {
    means:
      'The router that carries a route does not work, and none of its other routers can take over. The route stays as it is until one of them can.',
    fix: 'Repair one of its routers: `orrery route get PREFIX --network NETWORK` names what is wrong with each.',
    see: get('/v1/routes'),
  },
  'route-without-standby/down': {
    cause: ({ down, others }: { down: string; others: string }) => `${down}; ${others}`,
    fix: ({ target, network }: { target: string; network: string }) =>
      `Repair one of its routers: \`orrery route get ${target} --network ${network}\` names what is wrong with each.`,
    see: ({ network }: { network: string }) => get(path`/v1/networks/${network}/routes`),
  },
  'multicast-limit': {
    means: 'The network has more nodes than one multicast or broadcast reaches: discovery misses some of them.',
    fix: 'Raise the limit above the number of nodes: `orrery network set NETWORK --multicast-limit N`.',
    see: { method: 'PATCH', path: '/v1/networks/{network}' },
  },
  'multicast-limit/counts': {
    cause: ({ authorized, limit }: { authorized: number; limit: number }) =>
      `${counted(authorized, 'node is', 'nodes are')} authorized, but a multicast reaches ${limit}`,
  },
  'controller-absent': {
    means: 'This zerotier-one answers, but has no controller built in: most official builds from 1.16 on have none.',
    fix: 'Use an image whose zerotier-one has a controller built in, such as zerotier/zerotier:1.14.2, or the controller of another node: `orrery controller add NODE --existing`.',
    see: { method: 'POST', path: '/v1/controllers' },
  },
  'controller-absent/not-built-in': { cause: 'the zerotier-one of this node has no controller built in' },
  'controller-absent/denies': { cause: 'the zerotier-one of this node reports that it is not a controller' },
  'address-claimed': {
    means:
      "Two nodes show the same ZeroTier address: an identity was copied, as with a cloned machine, or one of the hosts lies. An address that Orrery gave to a node stays that node's. For any other address, admission policies decide nothing until one of the two is gone; each network keeps what its controller has.",
    fix: whichOfTheTwo('ADDRESS'),
    see: get('/v1/findings'),
  },
  'address-claimed/given': {
    cause: ({ address, owner, shown }: { address: string; owner: string; shown: string }) =>
      `Orrery gave the address ${address} to ${owner}, but ${shown} also shows it as its own`,
    fix: ({ address }: { address: string }) => whichOfTheTwo(address),
  },
  'address-claimed/shown': {
    cause: ({ address, shown }: { address: string; shown: string }) =>
      `${shown} show the address ${address}, but Orrery gave it to none of them`,
    fix: ({ address }: { address: string }) => whichOfTheTwo(address),
  },
  'address-claimed/reference': {
    cause: ({ reference, node }: { reference: string; node: string }) =>
      `${node} shows ${reference}, but it may be the address of another node`,
    fix: 'Write the name of the node that you mean. `orrery finding ls` shows which nodes claim the address.',
  },
  'address-claimed/admission': {
    cause: ({ node, address, why }: { node: string; address: string; why: string }) =>
      `${node} shows the address ${address}, which may not be its own: ${why}`,
    fix: ({ address }: { address: string }) =>
      `Check whose address it is, then name it instead of the node: \`orrery membership authorize ${address} NETWORK\` or \`orrery membership deny ${address} NETWORK\`.`,
    see: ({ address }: { address: string }) => ({
      method: 'PUT',
      path: path`/v1/networks/{network}/admissions/${address}`,
    }),
  },
  'label-unknown': {
    means:
      'A container wears a label that starts with `orrery.` and that Orrery does not know. The label has no effect.',
    fix: 'Correct the label and recreate the container. docs/attach.md lists every label.',
    see: get('/v1/workloads'),
  },
  'label-unknown/label': {
    cause: ({ label, nearest: _nearest }: { label: string; nearest: string }) => `there is no label ${label}`,
    fix: ({ nearest }: { nearest: string }) => `Use ${nearest} instead, and recreate the container.`,
  },
  'label-conflict': {
    means: 'Two labels of a container contradict each other. The network concerned is left out.',
    fix: 'Correct the labels and recreate the container. docs/attach.md lists every label.',
    see: get('/v1/workloads'),
  },
  'label-conflict/unnamed': {
    cause: ({ label, network }: { label: string; network: string }) =>
      `it has ${label}, but orrery.network does not name ${network}`,
    fix: ({ network }: { network: string }) =>
      `Add ${network} to the label orrery.network, and recreate the container.`,
  },
  'label-conflict/twice': {
    cause: ({ one, other }: { one: string; other: string }) =>
      `${one} and ${other} are the same network, but ask for different addresses`,
    fix: 'Name the network once, and recreate the container.',
  },
  'label-invalid': {
    means: 'A label of a container has a value that Orrery cannot use. What it asks for is left out.',
    fix: 'Correct the label and recreate the container. docs/attach.md lists every label.',
    see: get('/v1/workloads'),
  },
  'label-invalid/network': {
    cause: ({ label, value }: { label: string; value: string }) =>
      `${label} has the value "${value}", which is not the name or the ID of a network`,
    fix: 'Write names of networks or their 16-digit IDs, with commas between them, and recreate the container.',
  },
  'label-invalid/too-many': {
    cause: ({ label, most }: { label: string; most: number }) => `${label} names more than ${most} networks`,
    fix: 'Name fewer networks, and recreate the container. Until then the first ones count.',
  },
  'label-invalid/address': {
    cause: ({ label, value }: { label: string; value: string }) =>
      `${label} has the value "${value}", which is not an IPv4 address`,
    fix: 'Write an IPv4 address without a prefix length, or auto, and recreate the container.',
  },
  'label-invalid/enable': {
    cause: ({ label, value }: { label: string; value: string }) => `${label} has the value "${value}"`,
    fix: 'Write true or false, and recreate the container. Until then the container is not attached.',
  },
  'label-without-effect': {
    means:
      'A container wears a label that asks for a network, but it does not get it. The cause says whose decision that is.',
    fix: 'Do what the cause says: the owner of the network and the owner of the host must both agree (docs/attach.md).',
    see: get('/v1/workloads'),
  },
  'label-without-effect/network-off': {
    cause: ({ network }: { network: string }) => `the network ${network} does not admit labelled workloads`,
    fix: ({ network }: { network: string }) => `Let it: \`orrery network set ${network} --labels on\`.`,
    see: { method: 'PATCH', path: '/v1/networks/{network}' },
  },
  'label-without-effect/unnamed': {
    cause: ({ network }: { network: string }) => `nobody has given the network ${network} a name here`,
    fix: ({ network }: { network: string }) =>
      `Name it (\`orrery network set ${network} --name NAME\`), then let it admit labelled workloads (\`orrery network set NAME --labels on\`).`,
    see: { method: 'PUT', path: '/v1/networks/{network}' },
  },
  'label-without-effect/no-network': {
    cause: ({ network }: { network: string }) => `there is no network ${network}`,
    fix: ({ network }: { network: string }) =>
      `Create it (\`orrery network create ${network}\`), then let it admit labelled workloads (\`orrery network set ${network} --labels on\`), or correct the label.`,
    see: get('/v1/networks'),
  },
  'label-without-effect/address-outside': {
    cause: ({ address, network }: { address: string; network: string }) =>
      `no route of ${network} covers the address ${address}`,
    fix: ({ network }: { network: string }) =>
      `Choose an address within a route of ${network} (\`orrery network get ${network}\`), or write auto, and recreate the container.`,
  },
  'label-without-effect/address-taken': {
    cause: ({ address, network, holder }: { address: string; network: string; holder: string }) =>
      `the address ${address} in ${network} belongs to ${holder}`,
    fix: 'Choose another address, or write auto, and recreate the container.',
  },
  'label-without-effect/not-kept': {
    cause: ({ network, address }: { network: string; address: string }) =>
      `Orrery does not manage the network ${network}, so it cannot give out ${address} there`,
    fix: ({ network }: { network: string }) =>
      `Remove the label orrery.networks.${network}.address, and set the address on the controller of the network.`,
  },
  'label-without-effect/too-many': {
    cause: ({ most }: { most: number }) => `labels attach at most ${most} workloads of one host`,
    fix: 'Attach it by command: `orrery attach HOST WORKLOAD --network NETWORK`.',
  },
  'workload-flapping': {
    means:
      'A workload ends again and again, and its restart policy starts it each time. Its node is started again only after growing pauses.',
    fix: 'Check why it ends: `docker logs NAME`. Once it keeps running, its node starts by itself.',
    see: get('/v1/workloads'),
  },
  'workload-flapping/times': {
    cause: ({ name, times, minutes }: { name: string; times: number; minutes: number }) =>
      `the container ${name} was restarted ${times} times within ${minutes} minutes by its restart policy`,
    fix: ({ name }: { name: string }) =>
      `Check why it ends: \`docker logs ${name}\`. If it binds to its ZeroTier address at its start, see docs/attach.md.`,
  },
  'membership-unexpected': {
    means:
      'A node that Orrery started is in a network that nobody named: something else uses the local API of its zerotier-one, for example the workload that it is attached to.',
    fix: 'Check the workload. Leave the network by restarting the node: `orrery restart HOST/NAME`.',
    see: get('/v1/memberships'),
  },
  'membership-unexpected/network': {
    cause: ({ network, status }: { network: string; status: string }) =>
      `zerotier-one is in the network ${network} (${status}), which nobody named`,
    fix: 'Something used the local API of this node, for example the workload that it is attached to: check it. `orrery restart HOST/NAME` leaves the network.',
  },
  'controller-moved': {
    means:
      'The controller has a ZeroTier address other than the one its networks are named after, as after a reinstallation of its host.',
    fix: 'Restore the identity of its node, or create the networks again on the controller as it is now: `orrery network create NAME`.',
    see: get('/v1/controllers/{controller}'),
  },
  'controller-moved/address': {
    cause: ({ address, before }: { address: string; before: string }) =>
      `its address is now ${address}, but its networks are named after ${before}`,
  },
  'journal-damaged': {
    means: 'The journal of the agent was damaged; everything readable was kept.',
    fix: 'Check the disk of the host. The agent sent a snapshot; the history names what was lost (event history.gap).',
    see: get('/v1/events'),
  },
  'history-gap': {
    means: 'Some events of this host are missing from the history.',
    fix: 'You need not do anything: the current state is right, and the history names the gap.',
    see: get('/v1/events'),
  },
  'upkeep-failed': {
    means:
      'The API cannot do something that its database needs from time to time: create the partitions of the coming days, drop those beyond the retention, or remove old commands. Nothing is lost, and the API tries again every minute.',
    fix: 'Fix the cause named in the finding. The finding clears at the next successful try.',
    see: get('/readyz'),
  },
  'upkeep-failed/make-partitions': {
    cause: ({ error }: { error: string }) => `cannot create the partitions of events for the coming days: ${error}`,
    fix: 'Fix the cause in Postgres: disk space, permissions, or a long transaction. Until then, events go to the default partition.',
  },
  'upkeep-failed/drop-partitions': {
    cause: ({ error }: { error: string }) => `cannot drop the partitions of events beyond the retention: ${error}`,
    fix: 'Fix the cause in Postgres; a lock timeout means that a long transaction reads events. Until then, the disk fills up.',
  },
  'upkeep-failed/prune-history': {
    cause: ({ error }: { error: string }) => `cannot remove commands and other history beyond the retention: ${error}`,
    fix: 'Fix the cause in Postgres: disk space, permissions, or a slow statement. Until then, the disk fills up.',
  },
  'host-over-quota': {
    means:
      'The host reports more than Orrery keeps of one host: more findings, networks, interfaces, broken events or bytes of events than any healthy host has. The cause names the quota. Rows beyond it are not shown, but their events stay in the history; events beyond their allowance wait on the host.',
    fix: 'Check what the host reports: `orrery event ls --host HOST`. If you no longer trust it: `orrery host revoke HOST`. The finding clears when the host is below its quotas again.',
    see: get('/v1/events'),
  },
  'host-over-quota/host': {
    cause: ({ more }: { more: string }) =>
      `this host reports ${more}; rows beyond a quota are not shown, but their events are in the history`,
    fix: ({ host }: { host: string }) =>
      `Check what it reports: \`orrery event ls --host ${host}\`. If you no longer trust it: \`orrery host revoke ${host}\`.`,
    see: ({ host }: { host: string }) => get(path`/v1/events?host=${host}`),
  },
} as const satisfies Table<Exclude<FindingCode, WaitingCode | FailureCode | MachineCode>>;
