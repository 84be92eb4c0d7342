import type { Explanation } from './explanation.js';
import type { FindingCode } from './events/findings.js';
import type { FailureCode, WaitingCode } from './outcomes.js';
import { PROBES } from './probe-explanations.js';
import { PROBLEMS } from './problem-explanations.js';

/** An item is not there yet: somebody or something else has to act. */
export const WAITING: Record<WaitingCode, Explanation> = {
  authorization: {
    means:
      'The network is private and its controller has not authorized this node. zerotier-one says ACCESS_DENIED; the interface exists, without an address.',
    fix: 'If Orrery keeps the network: `orrery membership authorize NODE NETWORK`. If not, authorize the node’s address on the network’s controller (the first ten digits of the network id), or in ZeroTier Central. Orrery sees it within seconds.',
  },
  authentication: {
    means: 'The network asks for single sign-on.',
    fix: 'Open the URL that the outcome names and sign in; the membership goes on by itself.',
  },
  'network-not-found': {
    means: 'The controller says that it has no such network: a wrong digit, or the network was deleted.',
    fix: 'Check the 16 digits. Leave the network if it is gone.',
  },
  configuration: {
    means: 'The controller has not answered yet: it is away, or UDP 9993 cannot leave this host.',
    fix: 'Wait some seconds. If it stays, let UDP 9993 out to the internet (or to your own root), and see that the controller runs.',
  },
  interface: {
    means: 'zerotier-one says OK, but the kernel does not show the interface up.',
    fix: 'See whether something on the host took it down (ip link), then restart the node.',
  },
  address: {
    means:
      'zerotier-one says OK, but the interface does not carry the address that the network assigned, or the network assigned none.',
    fix: 'See that the network has an address pool and that allowManaged lets the address in.',
  },
  paused: {
    means: 'The host is paused: its agent observes and reports, and does nothing. What is wanted of it waits.',
    fix: 'orrery host resume HOST',
  },
};

/** An item cannot be made true on this host now; it stays wanted and is tried again with growing pauses. */
export const FAILURES: Record<FailureCode, Explanation> = {
  'client-too-old': {
    means: 'The network asks for a newer zerotier-one than this node runs.',
    fix: 'Use a newer image (--image), or upgrade zerotier-one on the host.',
  },
  'daemon-unreachable': {
    means: 'zerotier-one runs but its local API does not answer.',
    fix: 'See its log (orrery container logs, or journalctl -u zerotier-one) and restart it.',
  },
  'docker-unreachable': {
    means: 'The agent cannot talk to the Docker Engine.',
    fix: 'Start it (systemctl start docker), and see that the agent may open its socket.',
  },
  'container-died': {
    means: 'The container’s process ended.',
    fix: 'orrery container logs HOST/NAME tells why; orrery restart tries again at once.',
  },
  'container-name-taken': {
    means: 'A container that Orrery did not make has the name orrery-NAME on this host.',
    fix: 'Choose another name, or remove that container yourself.',
  },
  'container-paused': {
    means: 'Somebody paused the container.',
    fix: 'docker unpause it; Orrery does so too, with growing pauses.',
  },
  'disk-full': {
    means: 'The host’s disk is full.',
    fix: 'Free space where Docker keeps its data (docker system df), and where the agent keeps its state.',
  },
  'identity-lost': {
    means: 'The node answers with another address than the identity that it was given.',
    fix: 'Remove the container and launch it again; the old address stays on the network’s controller until it is removed there.',
  },
  'image-absent': {
    means: 'The image is not on this host and the registry does not have it.',
    fix: 'Check the name (--image), or load it with docker load on the host.',
  },
  'image-architecture': {
    means: 'The image is for another processor architecture.',
    fix: 'Use an image that is built for this host’s architecture.',
  },
  'image-unsuitable': {
    means: 'The image has no zerotier-one or zerotier-idtool in /usr/sbin.',
    fix: 'Use the official image or one with both programs in it.',
  },
  'lockout-rolled-back': {
    means:
      'After this change of a network of its own zerotier-one the host could not reach the API over NATS within a minute, which it could before. The agent undid the change by itself and does not try it again.',
    fix: 'Look which addresses and routes the network pushes (orrery membership get), and join again with --allow-managed for those that are wanted. If NATS or the API just happened to be down, ask for the same change again.',
  },
  'net-admin-missing': {
    means: 'zerotier-one may not set up its interface: the capability NET_ADMIN does not reach it.',
    fix: 'Run the engine so that it may grant NET_ADMIN (rootless engines need more), then orrery restart.',
  },
  'policy-denied': {
    means: 'The host’s own policy does not allow this.',
    fix: 'The cause names the rule and the fix its file and line: change it on the host (docs/policy.md), or ask its owner.',
  },
  'port-error': {
    means: 'zerotier-one could not open the network’s interface (PORT_ERROR).',
    fix: 'See /dev/net/tun and the daemon’s log.',
  },
  'port-taken': {
    means: 'The port that zerotier-one wants (9993) is in use.',
    fix: 'Find its owner (ss -lunp sport = 9993) and stop it, or give one of the two another port.',
  },
  'pull-refused': {
    means: 'The registry refused or could not be reached.',
    fix: 'Log the host’s Docker in (docker login), check the name, or load the image with docker load.',
  },
  'route-conflict': {
    means:
      'A network pushes an address or a route that would take something of this host away: its LAN, one of Docker’s bridges, its resolver, or its way to NATS and the API. It is not let in; the rest of the network is.',
    fix: 'Let the network’s owner push other addresses. If the host shall really use them: orrery join HOST NETWORK --allow-managed with a list of what may come in.',
  },
  'settings-refused': {
    means: 'zerotier-one did not take the membership’s settings over.',
    fix: 'Join without special settings, and say so in a bug report.',
  },
  'token-unreadable': {
    means: 'The agent may not read zerotier-one’s authtoken.secret.',
    fix: 'Run the agent as root, or copy the token to ~/.zeroTierOneAuthToken of its user.',
  },
  'tun-missing': {
    means: 'There is no TUN device: zerotier-one runs and looks healthy, but cannot make an interface.',
    fix: 'modprobe tun on the host, and see that /dev/net/tun is there (a container host may need it passed in).',
  },
  unexpected: {
    means: 'Something that Orrery has no name for.',
    fix: 'The cause tells it in the words of its source; the agent’s log has more.',
  },
  unsupported: { means: 'This agent does not know this kind of item.', fix: 'Upgrade the agent on this host.' },
  'zerotier-missing': {
    means: 'There is no zerotier-one on this host.',
    fix: 'Install it (https://www.zerotier.com/download), or launch a container instead.',
  },
};

/** What else is diagnosed and is no item’s outcome of its own. */
export const FINDINGS: Record<Exclude<FindingCode, WaitingCode | FailureCode>, Explanation> = {
  'interface-disagrees': {
    means:
      'The daemon’s view and the kernel’s differ: it says OK and there is no interface or address, or it lost its authorization and the address is still there.',
    fix: 'Believe the kernel for what works now. Wait a minute after a deauthorization; else restart the node.',
  },
  'item-stuck': {
    means: 'An item has been tried for a while and does not come true.',
    fix: 'The finding names the cause; mend it, or remove the item.',
  },
  'routes-left-out': {
    means:
      'A network pushes routes or addresses that the host’s own policy does not let in (rule routes), or more routes than zerotier-one’s list of what it may install has room for (1,000 bytes). The rest is let in.',
    fix: 'Allow them in the policy on the host (docs/policy.md); where there was no room, join with --allow-managed and a list of the wider prefixes that are needed.',
  },
  'container-foreign': {
    means: 'A container that Orrery did not make wears its name or label.',
    fix: 'Nothing is done to it. Remove it yourself if nobody needs it.',
  },
  'policy-unreadable': {
    means:
      'The host’s policy file is there and cannot be used: others than root may write it, or a rule in it is wrong. Until it is mended the host allows nothing new; what runs goes on.',
    fix: 'The finding names the file, the line and what is wrong with it. Correct it on the host; it is read anew at once.',
  },
  'item-unclaimed': {
    means:
      'This agent once made it, and no desired state names it any more (a database restored from a backup, or a host that was removed and joined anew).',
    fix: 'Remove it on the host, `docker rm -f orrery-NAME`, or leave it running: nothing is done to it. Until it is gone its name is taken.',
  },
  'clock-skew': {
    means: 'The host’s clock is far from the API’s. Order does not depend on it; reading does.',
    fix: 'Set up time synchronisation (chrony, systemd-timesyncd).',
  },
  'answers-forged': {
    means:
      'Answers reached the agent over NATS that the API did not sign for its request. They were ignored. Somebody with access to NATS answers in the API’s place.',
    fix: 'Check who can connect to NATS. If hosts share one NATS user (NATS_URL has a user), set NATS_URL without one, so that each host has its own key. Otherwise check who can read secrets/nats in the API’s state folder.',
  },
  'host-cloned': {
    means: 'Two agents use one identity: a cloned machine or snapshot. Both are fenced.',
    fix: 'Remove the agent’s state folder on one of them and let it join anew.',
  },
  'connections-excess': {
    means:
      'The host’s key is used for far more connections to NATS than one agent opens. Somebody copied the key, or somebody other than the agent runs on the host. Orrery keeps the three newest connections and closes the others.',
    fix: 'Find out who uses the key. To lock them out: `orrery host revoke HOST`, then join the host again.',
  },
  'network-without-addresses': {
    means: 'The network has no address pool and no route, so that no node in it ever gets an IPv4 address.',
    fix: 'orrery network set NETWORK --pool 10.1.2.0/24',
  },
  'pool-exhausted': {
    means: 'More nodes are authorized than the pools of the network have addresses: the last ones get none.',
    fix: 'Give it a larger pool: orrery network set NETWORK --pool 10.1.0.0/22; or deny who does not belong there.',
  },
  'address-outside-routes': {
    means:
      'A node has a fixed address that no route of the network leads to: zerotier-one would not put it on the interface.',
    fix: 'Add a route for it, or choose an address within the routes.',
  },
  'multicast-limit': {
    means: 'More nodes are in the network than one multicast or broadcast reaches: discovery misses some of them.',
    fix: 'orrery network set NETWORK --multicast-limit N, with N above the number of nodes.',
  },
  'controller-absent': {
    means: 'The zerotier-one that is to be the controller has none built in.',
    fix: 'Use an image whose zerotier-one has one, such as zerotier/zerotier:1.14.2, or another node.',
  },
  'address-claimed': {
    means:
      'Two nodes say that they have the same ZeroTier address: an identity was copied, as with a cloned machine, or one of the hosts lies. An address that Orrery gave to a node stays that node’s. For any other, admission policies decide nothing until one of the two is gone; each network keeps what its controller has.',
    fix: 'Check which machine really has the identity (zerotier-cli info). Remove the copy (orrery rm HOST/CONTAINER), or shut out the host that lies (orrery host revoke HOST). To decide until then, name the address: orrery membership authorize|deny ADDRESS NETWORK.',
  },
  'controller-moved': {
    means:
      'The controller has another ZeroTier address than its networks are named after, as when its host was installed anew.',
    fix: 'Restore its identity, or create the networks anew on the controller as it is now.',
  },
  'journal-damaged': {
    means: 'The agent’s journal was damaged; what was readable was kept.',
    fix: 'See the host’s disk. A snapshot was sent; the gap is named in the history.',
  },
  'history-gap': {
    means: 'Some events of this host are missing from the history.',
    fix: 'Nothing to do: the present state is right; the gap stays named.',
  },
  'upkeep-failed': {
    means:
      'The API cannot do something that its database needs from time to time: make the partitions of the coming days, drop those beyond the retention, or remove old commands. Nothing is lost, and the API tries again every minute.',
    fix: 'Fix the cause named in the finding. The finding goes away at the next try that succeeds.',
  },
  'host-over-quota': {
    means:
      'The host reports more than Orrery keeps of one host: more findings, networks, interfaces, broken events or bytes of events than any host in order has. The cause names the quota. Rows past it are not shown, their events stay in the history; events past their allowance wait on the host.',
    fix: 'See what the host reports: `orrery event ls --host HOST`. If you do not trust it any more: `orrery host revoke HOST`. The finding clears when the host is below its quotas again.',
  },
};

/** Any code’s explanation; undefined for one that is none of ours. */
export function explain(code: string): Explanation | undefined {
  const tables: Record<string, Explanation>[] = [WAITING, FAILURES, FINDINGS, PROBES, PROBLEMS];
  return tables.find((table) => Object.hasOwn(table, code))?.[code];
}
