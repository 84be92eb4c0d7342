import type { WaitingCode } from '../outcomes.js';
import { get, type Table } from './entry.js';

/** An item is not done yet: somebody or something else must act. */
export const WAITING = {
  authorization: {
    means:
      'The network is private and its controller has not authorized this node. zerotier-one reports ACCESS_DENIED; the interface exists, but has no address.',
    fix: 'Authorize the node: `orrery membership authorize NODE NETWORK`. If Orrery does not manage the network, authorize the address of the node on its controller or in ZeroTier Central. Orrery notices within seconds.',
    see: { method: 'PUT', path: '/v1/networks/{network}/admissions/{node}' },
  },
  'authorization/node': {
    cause: ({ address }: { address: string }) => `the network's controller has not authorized ${address}`,
    fix: ({ address, network, controller }: { address: string; network: string; controller: string }) =>
      `Authorize ${address} on network ${network}: \`orrery membership authorize ${address} ${network}\`. If Orrery does not manage it, use its controller ${controller} or ZeroTier Central (https://my.zerotier.com/network/${network}).`,
  },
  'authorization/elsewhere': {
    cause: ({ address, controller }: { address: string; controller: string }) =>
      `its controller ${controller} has not authorized ${address}`,
    fix: ({ address, network, controller }: { address: string; network: string; controller: string }) =>
      `Authorize ${address} on network ${network}: at its controller ${controller}, or in ZeroTier Central (https://my.zerotier.com/network/${network}). Orrery does not manage this network.`,
  },
  'authorization/denied': {
    cause: ({ node, network, by, at }: Record<'node' | 'network' | 'by' | 'at', string>) =>
      `${node} was denied in ${network} by ${by} at ${at}`,
    fix: ({ node, network }: { node: string; network: string }) =>
      `Authorize it: \`orrery membership authorize ${node} ${network}\`, or leave it to the policy of the network: \`orrery membership set ${node} ${network} --by-policy\`.`,
  },
  'authorization/denied-several': {
    cause: 'they were denied',
    fix: 'Leave it so if they should stay out. To let one in: `orrery membership authorize NODE NETWORK`.',
  },
  'authorization/undecided': {
    cause: ({ address, policy }: { address: string; policy: string }) =>
      policy === 'manual'
        ? `its controller has not authorized ${address}, because a person authorizes each node of this network`
        : `its controller has not authorized ${address}: the policy of the network (\`${policy}\`) has not admitted it, and no person has`,
    fix: ({ node, network }: { node: string; network: string }) =>
      `Authorize it: \`orrery membership authorize ${node} ${network}\`.`,
  },
  'authorization/several': {
    cause: 'they are not authorized',
    fix: ({ network }: { network: string }) =>
      `Authorize them: \`orrery membership authorize --pending --network ${network}\`.`,
  },
  'authorization/not-noticed': {
    cause: ({ address }: { address: string }) =>
      `its controller has authorized ${address}, but zerotier-one has not noticed yet`,
    fix: 'Wait: zerotier-one asks its controller again within a minute.',
  },
  'authorization/taken-back': {
    cause: ({ address }: { address: string }) =>
      `its controller does not authorize ${address} any longer; zerotier-one may not notice for up to a minute`,
    fix: ({ node, network }: { node: string; network: string }) =>
      `Authorize it again (\`orrery membership authorize ${node} ${network}\`), or leave the network (\`orrery leave ${node} ${network}\`).`,
  },
  authentication: {
    means: 'The network requires single sign-on.',
    fix: 'Open the URL named in the outcome and sign in. The membership then continues by itself.',
  },
  'authentication/url': {
    cause: 'the network requires single sign-on',
    fix: ({ url }: { url: string }) => `Sign in at ${url}`,
  },
  'authentication/elsewhere': {
    cause: 'the network requires single sign-on',
    fix: 'Sign in the way the owner of the network describes.',
  },
  'network-not-found': {
    means: 'The controller reports that it has no such network: a digit is wrong, or the network was deleted.',
    fix: 'Check the 16 digits of the network ID. If the network is gone, leave it: `orrery leave NODE NETWORK`.',
    see: get('/v1/networks'),
  },
  'network-not-found/network': {
    cause: ({ controller, network }: { controller: string; network: string }) =>
      `the controller ${controller} has no network ${network}`,
  },
  configuration: {
    means:
      'The node has no configuration of the network yet: its controller has just authorized it or is unreachable, or UDP 9993 cannot leave this host.',
    fix: 'Wait a few seconds. If it persists, allow outbound UDP 9993 (to the internet or your own root) and check that the controller is running.',
    see: get('/v1/controllers'),
  },
  'configuration/no-root': {
    cause: ({ controller }: { controller: string }) =>
      `zerotier-one reaches no root (UDP, port 9993), so it cannot find the controller ${controller}`,
    fix: 'Allow outbound UDP from this host to the roots of ZeroTier. Without internet access, run a root of your own and put its .moon file into the folder ORRERY_MOONS_DIR of this agent (docs/controllers.md).',
  },
  'configuration/authorized': {
    cause: ({ node, network }: { node: string; network: string }) =>
      `${node} is authorized in ${network}, and its zerotier-one has not asked the controller again yet`,
    fix: 'Wait: it asks again within a minute. If it persists, allow outbound UDP 9993 from its host.',
  },
  'configuration/no-answer': {
    cause: ({ controller }: { controller: string }) => `the controller ${controller} has not answered yet`,
    fix: 'Wait: a new node may need most of a minute. If it persists, check that the controller is running and that both hosts reach a common root (outbound UDP 9993).',
  },
  interface: {
    means: 'zerotier-one reports OK, but the kernel does not show the interface up.',
    fix: 'Check whether something on the host took it down (`ip link`), then restart the node.',
    see: get('/v1/interfaces'),
  },
  'interface/device': {
    cause: ({ device }: { device: string }) => `zerotier-one reports OK, but the kernel does not show ${device} up`,
    fix: ({ device }: { device: string }) =>
      `Check \`ip link show ${device}\` in the network namespace of the node, and the log of the node.`,
  },
  address: {
    means:
      'zerotier-one reports OK, but the interface lacks the address that the network assigned, or the network assigned none.',
    fix: 'Check that the network has an address pool and that allowManaged accepts the address.',
    see: get('/v1/interfaces'),
  },
  'address/device': {
    cause: ({ device, addresses }: { device: string; addresses: string }) =>
      `the network assigned ${addresses}, but the kernel does not show it on ${device}`,
    fix: ({ device }: { device: string }) =>
      `Check \`ip addr show ${device}\` in the network namespace of the node: something may have removed the address.`,
  },
  workload: {
    means: 'An attachment waits for its workload: the container is not there, does not run, or is paused.',
    fix: 'Start the workload. Its node then starts by itself, with the same address.',
  },
  'workload/none': {
    cause: ({ workload }: { workload: string }) => `there is no container ${workload} on this host`,
    fix: ({ workload }: { workload: string }) =>
      `Start ${workload} on this host, or check its name with \`docker ps -a\`: PROJECT/SERVICE/NUMBER of Docker Compose, or the name of a container.`,
  },
  'workload/stopped': {
    cause: ({ name, state }: { name: string; state: string }) => `the container ${name} does not run: it is ${state}`,
    fix: ({ name }: { name: string }) => `Start it: \`docker start ${name}\`.`,
  },
  'workload/paused': {
    cause: ({ name }: { name: string }) => `the container ${name} is paused`,
    fix: ({ name }: { name: string }) => `Resume it: \`docker unpause ${name}\`.`,
  },
  'workload/flapping': {
    cause: ({ name, times }: { name: string; times: number }) =>
      `the container ${name} was restarted ${times} times by its restart policy: its node waits until it keeps running`,
    fix: ({ name }: { name: string }) => `Check why it ends: \`docker logs ${name}\`.`,
  },
  paused: {
    means: 'The host is paused: its agent observes and reports, but changes nothing. Requested changes wait.',
    fix: 'Resume the host: `orrery host resume HOST`.',
    see: { method: 'POST', path: '/v1/hosts/{host}/resume' },
  },
  'paused/host': { cause: 'the host is paused: its agent observes and reports, but changes nothing' },
} as const satisfies Table<WaitingCode>;
