import {
  controllerOf,
  type FailureCode,
  type NetworkId,
  type Outcome,
  type WaitingCode,
} from '@orrery/shared/contracts';

/** An outcome, and for how long it must hold before it is told: a look at the wrong moment is no outcome. */
export interface Assessment {
  outcome: Outcome;
  holdMs: number;
}

export const done = (detail?: string): Assessment => ({
  outcome: { kind: 'done', ...(detail === undefined ? {} : { detail }) },
  holdMs: 0,
});

export const failed = (code: FailureCode, cause: string, holdMs = 0, fix = FIXES[code]): Assessment => ({
  outcome: { kind: 'failed', code, cause, fix },
  holdMs,
});

export const waiting = (code: WaitingCode, cause: string, fix: string, holdMs = 0): Assessment => ({
  outcome: { kind: 'waiting', code, cause, fix },
  holdMs,
});

/** What to do about a failure when whoever noticed it did not say it better. */
export const FIXES: Record<FailureCode, string> = {
  'client-too-old': 'Use an image, or a zerotier-one on the host, of a newer version.',
  'daemon-unreachable':
    'Look at its log: `orrery container logs HOST/NAME`, or `systemctl status zerotier-one` for the host’s own.',
  'docker-unreachable':
    'Start the Docker Engine (`systemctl start docker`) and check that the agent may use its socket.',
  'container-died': 'Look at its log: `orrery container logs HOST/NAME`.',
  'container-name-taken': 'Remove or rename that container, or launch under another name.',
  'container-paused': 'Unpause it with `docker unpause`, if the agent does not manage to.',
  'disk-full': 'Free space on the host’s disk (`docker system df` shows what Docker uses).',
  'identity-lost': 'Remove the container with `orrery rm` and launch it again: it gets a new address.',
  'image-absent': 'Check the name of the image, or pull it on the host by hand.',
  'image-architecture': 'Use an image for the architecture of this host.',
  'image-unsuitable': 'Use an image that contains /usr/sbin/zerotier-one and zerotier-idtool.',
  'lockout-rolled-back':
    'Look what the network pushes, and join again with a list of what may come in (`--allow-managed`). If NATS was down just then, ask for the same again.',
  'net-admin-missing': 'Let the Docker Engine grant NET_ADMIN; rootless engines and some security profiles do not.',
  'policy-denied': 'Change the policy file of this host, or ask for what it allows.',
  'port-error': 'Look at the node’s log: zerotier-one could not set up the interface.',
  'port-taken': 'Find what uses the port with `ss -lunpt sport = :9993`, and stop it or give one of both another port.',
  'pull-refused': 'Log in to the registry on the host (`docker login`), or check the name of the image.',
  'route-conflict':
    'Let the network’s owner push other addresses, or join with a list of what may come in all the same (`--allow-managed`).',
  'settings-refused': 'Check the settings of the membership: the daemon did not take them over.',
  'token-unreadable': 'Let the agent read authtoken.secret in the home of zerotier-one.',
  'tun-missing': 'Load the module on the host: `modprobe tun` (and add it to /etc/modules), then check /dev/net/tun.',
  unexpected: 'Look at the agent’s log, and report this as a bug with it.',
  unsupported: 'Update the agent on this host.',
  'zerotier-missing': 'Install zerotier-one on the host, or launch a container instead.',
};

/** The fix for ACCESS_DENIED: who must say yes, and to whom. */
export const authorizeFix = (network: NetworkId, address: string): string =>
  `Authorize ${address} on network ${network}: at its controller ${controllerOf(network)}, or in ZeroTier Central (https://my.zerotier.com/network/${network}).`;
