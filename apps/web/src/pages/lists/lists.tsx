import { Link } from '@tanstack/react-router';
import { AddHostButton, CreateNetworkButton, JoinButton, LaunchButton } from '../../acts/bars.js';
import { usePicking } from '../../acts/picking.js';
import type { Shape } from '../../api/client.js';
import { useList } from '../../api/use-read.js';
import type { Shown } from '../../parts/rows.js';
import {
  commandPlace,
  containerPlace,
  hostPlace,
  membershipPlace,
  networkPlace,
  nodePlace,
} from '../../parts/places.js';
import {
  commandStanding,
  containerStanding,
  hostStanding,
  membershipStanding,
  networkStanding,
  nodeStanding,
  OF_SEVERITY,
  type Standing,
} from '../../parts/states.js';
import { listSentence } from './list-sentence.js';
import { ListPage } from './list-page.js';
import { ageColumn, nameColumn, stateColumn, textColumn } from './columns.js';

const isFine = (standing: Standing) => standing.is === 'fine';

type Host = Shape<'Host'>;
const labelsOf = ({ labels }: Host) =>
  Object.entries(labels)
    .map(([key, value]) => `${key}=${value}`)
    .join(', ');

const HOSTS: Shown<Host> = {
  columns: [
    nameColumn(
      'Host',
      ({ name }) => name,
      ({ name }) => hostPlace(name),
    ),
    stateColumn(hostStanding),
    textColumn('labels', 'Labels', (host) => labelsOf(host) || null, { hide: 'tablet' }),
    textColumn('docker', 'Docker', ({ engine }) => (engine?.state === 'up' ? engine.version : null), { hide: 'phone' }),
    textColumn('agent', 'Agent', ({ agentVersion }) => agentVersion, { hide: 'phone' }),
    ageColumn('seen', 'Last seen', ({ lastSeenAt }) => lastSeenAt),
  ],
  text: (host) => `${host.name} ${host.id} ${labelsOf(host)} ${hostStanding(host).word ?? ''} ${host.presence}`,
  isFine: (host) => isFine(hostStanding(host)),
  defaultSort: 'host',
};

export function HostsPage() {
  const listed = useList('/v1/hosts');
  return (
    <ListPage
      noun="hosts"
      listed={listed}
      shown={HOSTS}
      keyOf={({ id }) => id}
      title={(rows) => listSentence(rows.map(hostStanding), 'host', 'online')}
      run="orrery host ls"
      acts={<AddHostButton />}
    />
  );
}

type Node = Shape<'Node'>;
const NODES: Shown<Node> = {
  columns: [
    nameColumn(
      'Node',
      ({ name }) => name,
      ({ name }) => nodePlace(name),
    ),
    stateColumn(nodeStanding),
    {
      key: 'address',
      title: 'Address',
      show: ({ address }) => (address ? <code>{address}</code> : '–'),
      by: ({ address }) => address ?? '',
    },
    textColumn('kind', 'Kind', ({ kind }) => (kind === 'host' ? "the host's own" : 'container'), { hide: 'both' }),
    textColumn('version', 'ZeroTier', ({ zerotierVersion }) => zerotierVersion, { hide: 'phone' }),
    ageColumn('changed', 'Last change', ({ updatedAt }) => updatedAt),
  ],
  text: (node) => `${node.name} ${node.address ?? ''} ${node.kind} ${node.cause ?? ''}`,
  isFine: (node) => isFine(nodeStanding(node)),
  defaultSort: 'node',
};

export function NodesPage() {
  const listed = useList('/v1/nodes');
  return (
    <ListPage
      noun="nodes"
      listed={listed}
      shown={NODES}
      keyOf={({ id }) => id}
      title={(rows) => listSentence(rows.map(nodeStanding), 'node', 'online')}
      run="orrery node ls"
    />
  );
}

type Container = Shape<'Container'>;
const CONTAINERS: Shown<Container> = {
  columns: [
    nameColumn(
      'Container',
      ({ node }) => node.name,
      ({ node }) => containerPlace(node.name),
    ),
    stateColumn(containerStanding),
    textColumn('runs', 'Engine says', ({ status }) => status?.state ?? null),
    textColumn('image', 'Image', ({ status, image }) => status?.image ?? image, { hide: 'both' }),
    {
      key: 'networks',
      title: 'Networks',
      show: ({ networks }) => networks.length,
      by: ({ networks }) => networks.length,
      isNumber: true,
      hide: 'phone',
    },
    ageColumn('created', 'Created', ({ createdAt }) => createdAt),
  ],
  text: ({ node, image, workload }) => `${node.name} ${image ?? ''} ${workload ?? ''}`,
  isFine: (container) => isFine(containerStanding(container)),
  defaultSort: 'container',
};

export function ContainersPage() {
  const listed = useList('/v1/containers');
  return (
    <ListPage
      noun="containers"
      listed={listed}
      shown={CONTAINERS}
      keyOf={({ id }) => id}
      title={(rows) => listSentence(rows.map(containerStanding), 'container', 'as wanted')}
      run="orrery container ls"
      acts={<LaunchButton />}
    />
  );
}

type Network = Shape<'Network'>;
const NETWORKS: Shown<Network> = {
  columns: [
    nameColumn(
      'Network',
      ({ name, id }) => name ?? id,
      ({ id }) => networkPlace(id),
    ),
    stateColumn(networkStanding),
    { key: 'id', title: 'ID', show: ({ id }) => <code>{id}</code>, by: ({ id }) => id },
    textColumn('controller', 'Kept by', ({ managedBy }) => managedBy?.name ?? null, { hide: 'both' }),
    textColumn('admits', 'Admits', ({ admission }) => admitsWord(admission), { hide: 'phone' }),
    {
      key: 'members',
      title: 'Memberships',
      show: ({ memberships: { ok, total } }) => `${ok} of ${total} OK`,
      by: ({ memberships }) => memberships.total,
      isNumber: true,
    },
  ],
  text: ({ name, id, managedBy }) => `${name ?? ''} ${id} ${managedBy?.name ?? ''}`,
  isFine: (network) => isFine(networkStanding(network)),
  defaultSort: 'network',
};

function admitsWord(admission: Network['admission']): string | null {
  if (!admission) return null;
  if (admission.by === 'manual') return 'nobody by itself';
  return admission.by === 'fleet' ? 'the fleet' : (admission.selector ?? 'by selector');
}

export function NetworksPage() {
  const listed = useList('/v1/networks');
  return (
    <ListPage
      noun="networks"
      listed={listed}
      shown={NETWORKS}
      keyOf={({ id }) => id}
      title={(rows) => listSentence(rows.map(networkStanding), 'network', 'as wanted')}
      run="orrery network ls"
      acts={<CreateNetworkButton />}
    />
  );
}

type Membership = Shape<'Membership'>;
const MEMBERSHIPS: Shown<Membership> = {
  columns: [
    nameColumn(
      'Node',
      ({ node }) => node.name,
      ({ node, network }) => membershipPlace(node.name, network.id),
    ),
    stateColumn(membershipStanding),
    {
      key: 'network',
      title: 'Network',
      show: ({ network }) => <Link to={networkPlace(network.id)}>{network.name ?? network.id}</Link>,
      by: ({ network }) => network.name ?? network.id,
    },
    textColumn('controller', 'Controller says', ({ controller }) => controllerWord(controller), { hide: 'phone' }),
    textColumn('daemon', 'Daemon says', ({ status }) => status, { hide: 'phone' }),
    textColumn('addresses', 'Kernel shows', ({ addresses }) => addresses.join(', ') || null, { hide: 'tablet' }),
  ],
  text: ({ node, network, addresses, status }) =>
    `${node.name} ${network.name ?? ''} ${network.id} ${addresses.join(' ')} ${status ?? ''}`,
  isFine: (membership) => isFine(membershipStanding(membership)),
  defaultSort: 'state',
};

const controllerWord = (controller: Membership['controller']) =>
  controller && (controller.authorized ? 'authorized' : 'not authorized');

export function MembershipsPage() {
  const listed = useList('/v1/memberships');
  const { shown, bar } = usePicking(MEMBERSHIPS, listed.items);
  return (
    <ListPage
      noun="memberships"
      listed={listed}
      shown={shown}
      keyOf={({ node, network }) => `${node.id} ${network.id}`}
      title={(rows) => listSentence(rows.map(membershipStanding), 'membership', 'as wanted')}
      run="orrery membership ls"
      acts={<JoinButton />}
      chosen={bar}
    />
  );
}

type Command = Shape<'Command'>;
const COMMANDS: Shown<Command> = {
  columns: [
    nameColumn(
      'Command',
      ({ action, target }) => `${action} ${target}`,
      ({ id }) => commandPlace(id),
    ),
    stateColumn(commandStanding),
    textColumn('host', 'Host', ({ host }) => host.name),
    textColumn('by', 'Asked for by', ({ by }) => by, { hide: 'phone' }),
    ageColumn('created', 'Asked', ({ createdAt }) => createdAt),
  ],
  text: ({ id, action, target, host, by }) => `${id} ${action} ${target} ${host.name} ${by}`,
  isFine: (command) => ['fine', 'unknown'].includes(commandStanding(command).is),
  defaultSort: 'created',
};

export function CommandsPage() {
  const listed = useList('/v1/commands');
  return (
    <ListPage
      noun="commands"
      listed={listed}
      shown={COMMANDS}
      keyOf={({ id }) => id}
      title={(rows) => listSentence(rows.map(commandStanding), 'command', 'done')}
      run="orrery command ls"
    />
  );
}

type Finding = Shape<'Finding'>;
const findingPlace = ({ host, node, network }: Finding): string => {
  if (node && network) return membershipPlace(node.name, network);
  if (node) return nodePlace(node.name);
  if (network) return networkPlace(network);
  return host ? hostPlace(host.name) : '/';
};
const FINDINGS: Shown<Finding> = {
  columns: [
    nameColumn('About', ({ node, host, network }) => node?.name ?? host?.name ?? network ?? 'Orrery', findingPlace),
    stateColumn(({ severity, code }) => ({ is: OF_SEVERITY[severity], word: code })),
    textColumn('cause', 'Cause', ({ cause }) => cause),
    ageColumn('since', 'Since', ({ since }) => since),
  ],
  text: ({ node, host, code, cause, network }) =>
    `${node?.name ?? ''} ${host?.name ?? ''} ${code} ${cause} ${network ?? ''}`,
  isFine: ({ severity }) => severity === 'info',
  defaultSort: 'state',
};

export function FindingsPage() {
  const listed = useList('/v1/findings');
  return (
    <ListPage
      noun="findings"
      listed={listed}
      shown={FINDINGS}
      keyOf={({ code, host, node, network }) => `${code} ${host?.id ?? ''} ${node?.id ?? ''} ${network ?? ''}`}
      title={(rows) =>
        rows.length === 0
          ? 'No findings: nothing is known to be wrong'
          : listSentence(rows.map(findingStanding), 'finding', '')
      }
      run="orrery finding ls"
    />
  );
}

const findingStanding = ({ severity, code }: Finding): Standing => ({ is: OF_SEVERITY[severity], word: code });
