import { Link } from '@tanstack/react-router';
import { AddHostButton, JoinButton, LaunchButton } from '../../acts/bars.js';
import { usePicking } from '../../acts/picking.js';
import type { Shape } from '../../api/client.js';
import { useEndlessList } from '../../api/use-read.js';
import { containerPlace, hostPlace, membershipPlace, networkPlace, nodePlace } from '../../parts/places.js';
import { containerStanding, hostStanding, membershipStanding, nodeStanding } from '../../parts/states.js';
import { hostTextAsked } from './asking.js';
import { ageColumn, byApi, nameColumn, plain, stateColumn, textColumn } from './columns.js';
import { FleetList, PAGES, useFleetTable, type FleetTable } from './fleet-list.js';
import { membershipKey } from './fleet-standings.js';

type Host = Shape<'Host'>;
const labelsOf = ({ labels }: Host) =>
  Object.entries(labels)
    .map(([key, value]) => `${key}=${value}`)
    .join(', ');

const HOSTS: FleetTable<Host> = {
  noun: 'hosts',
  words: { one: 'host', fine: 'online' },
  filter: 'Filter by name, address or label=value',
  textAsked: hostTextAsked,
  columns: (standing) => [
    byApi(
      'name',
      nameColumn(
        'Host',
        ({ name }) => name,
        ({ name }) => hostPlace(name),
      ),
    ),
    byApi('-presence', stateColumn(standing)),
    plain(textColumn('labels', 'Labels', (host) => labelsOf(host) || null, { hide: 'tablet' })),
    plain(
      textColumn('docker', 'Docker', ({ engine }) => (engine?.state === 'up' ? engine.version : null), {
        hide: 'phone',
      }),
    ),
    plain(textColumn('agent', 'Agent', ({ agentVersion }) => agentVersion, { hide: 'phone' })),
    byApi(
      '-lastSeenAt',
      ageColumn('seen', 'Last seen', ({ lastSeenAt }) => lastSeenAt),
    ),
  ],
  own: hostStanding,
  judgedAs: ({ id }) => id,
  keyOf: ({ id }) => id,
  usualSort: 'host',
  run: 'orrery host ls',
};

export function HostsPage() {
  const { query, ...asked } = useFleetTable(HOSTS);
  const list = useEndlessList('/v1/hosts', query, PAGES);
  return <FleetList asked={asked} list={list} acts={<AddHostButton />} />;
}

type Node = Shape<'Node'>;
const NODES: FleetTable<Node> = {
  noun: 'nodes',
  words: { one: 'node', fine: 'online' },
  filter: 'Filter by name or address',
  columns: (standing) => [
    byApi(
      'name',
      nameColumn(
        'Node',
        ({ name }) => name,
        ({ name }) => nodePlace(name),
      ),
    ),
    plain(stateColumn(standing)),
    {
      key: 'address',
      title: 'Address',
      show: ({ address }) => (address ? <code>{address}</code> : '–'),
      sort: 'address',
    },
    byApi(
      'kind',
      textColumn('kind', 'Kind', ({ kind }) => (kind === 'host' ? "the host's own" : 'container'), { hide: 'both' }),
    ),
    plain(textColumn('version', 'ZeroTier', ({ zerotierVersion }) => zerotierVersion, { hide: 'phone' })),
    byApi(
      '-updatedAt',
      ageColumn('changed', 'Last change', ({ updatedAt }) => updatedAt),
    ),
  ],
  own: nodeStanding,
  judgedAs: ({ id }) => id,
  keyOf: ({ id }) => id,
  usualSort: 'node',
  run: 'orrery node ls',
};

export function NodesPage() {
  const { query, ...asked } = useFleetTable(NODES);
  return <FleetList asked={asked} list={useEndlessList('/v1/nodes', query, PAGES)} />;
}

type Container = Shape<'Container'>;
const CONTAINERS: FleetTable<Container> = {
  noun: 'containers',
  words: { one: 'container', fine: 'as wanted' },
  filter: 'Filter by name, workload or address',
  columns: (standing) => [
    byApi(
      'host',
      nameColumn(
        'Container',
        ({ node }) => node.name,
        ({ node }) => containerPlace(node.name),
      ),
    ),
    plain(stateColumn(standing)),
    plain(textColumn('runs', 'Engine says', ({ status }) => status?.state ?? null)),
    plain(textColumn('image', 'Image', ({ status, image }) => status?.image ?? image, { hide: 'both' })),
    { key: 'networks', title: 'Networks', show: ({ networks }) => networks.length, isNumber: true, hide: 'phone' },
    byApi(
      '-createdAt',
      ageColumn('created', 'Created', ({ createdAt }) => createdAt),
    ),
  ],
  own: containerStanding,
  judgedAs: ({ node }) => node.id,
  keyOf: ({ id }) => id,
  usualSort: 'container',
  run: 'orrery container ls',
};

export function ContainersPage() {
  const { query, ...asked } = useFleetTable(CONTAINERS);
  const list = useEndlessList('/v1/containers', query, PAGES);
  return <FleetList asked={asked} list={list} acts={<LaunchButton />} />;
}

type Membership = Shape<'Membership'>;
const keyOfMembership = ({ node, network }: Membership) => membershipKey(node.id, network.id);
const controllerWord = (controller: Membership['controller']) =>
  controller && (controller.authorized ? 'authorized' : 'not authorized');

const MEMBERSHIPS: FleetTable<Membership> = {
  noun: 'memberships',
  words: { one: 'membership', fine: 'as wanted' },
  filter: 'Filter by node, network or address',
  columns: (standing) => [
    byApi(
      'node',
      nameColumn(
        'Node',
        ({ node }) => node.name,
        ({ node, network }) => membershipPlace(node.name, network.id),
      ),
    ),
    plain(stateColumn(standing)),
    {
      key: 'network',
      title: 'Network',
      show: ({ network }) => <Link to={networkPlace(network.id)}>{network.name ?? network.id}</Link>,
      sort: 'network',
    },
    plain(
      textColumn('controller', 'Controller says', ({ controller }) => controllerWord(controller), { hide: 'phone' }),
    ),
    byApi(
      'status',
      textColumn('daemon', 'Daemon says', ({ status }) => status, { hide: 'phone' }),
    ),
    plain(textColumn('addresses', 'Kernel shows', ({ addresses }) => addresses.join(', ') || null, { hide: 'tablet' })),
  ],
  own: membershipStanding,
  judgedAs: keyOfMembership,
  keyOf: keyOfMembership,
  usualSort: 'node',
  run: 'orrery membership ls',
};

export function MembershipsPage() {
  const { query, ...asked } = useFleetTable(MEMBERSHIPS);
  const list = useEndlessList('/v1/memberships', query, PAGES);
  const { columns, bar } = usePicking(asked.columns, list.items);
  return <FleetList asked={{ ...asked, columns }} list={list} acts={<JoinButton />} chosen={bar} />;
}
