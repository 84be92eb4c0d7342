import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { read, type Shape } from '../../api/client.js';
import { useList, useRead } from '../../api/use-read.js';
import { useDoor } from '../../door/use-door.js';
import type { Names } from './narrate.js';

type Event = Shape<'CloudEvent'>;

const NETWORK_ID = /\b[0-9a-f]{16}\b/g;
/** Names of things that are gone do not change any more. */
const GONE = 'names of what is gone';

/**
 * The names of what events name by IDs and addresses: of networks, also of those that are gone, and of nodes as far as
 * the topology is known already.
 */
export function useNames(events: readonly Event[]): Names {
  const { items: networks, isWhole } = useList('/v1/networks');
  const state = useDoor();
  const seesAll = state.is === 'open' && state.login.scope === null;
  const { data: topology } = useRead('/v1/topology', {}, { enabled: false });
  const nodes = useMemo(() => nodesIn(topology), [topology]);
  const known = new Map([...nodes, ...networksIn(networks), ...deletedIn(events)]);
  const missing = isWhole ? idsIn(events).filter((id) => !known.has(id)) : [];
  const { data: gone } = useQuery({
    queryKey: [GONE, missing],
    queryFn: ({ signal }) => read('/v1/events', { query: { type: 'network.deleted', limit: 500 } }, signal),
    enabled: missing.length > 0,
    staleTime: Infinity,
  });
  const names = new Map([...deletedIn(gone?.items ?? []), ...known]);
  return Object.assign(names, { hasNodes: topology !== undefined && seesAll });
}

const idsIn = (events: readonly Event[]): string[] =>
  [...new Set(events.flatMap(({ subject }) => subject?.match(NETWORK_ID) ?? []))].sort();

const networksIn = (networks: readonly Pick<Shape<'Network'>, 'id' | 'name'>[]) =>
  networks.flatMap(({ id, name }) => (name === null ? [] : [[id, name] as const]));

const deletedIn = (events: readonly Event[]) =>
  events.flatMap(({ type, data: { network, name } }) =>
    type === 'io.orrery.network.deleted' && typeof network === 'string' && typeof name === 'string'
      ? [[network, name] as const]
      : [],
  );

/** By its ZeroTier address, and by each IP address that it has. */
function nodesIn(topology: Shape<'Topology'> | undefined) {
  const names = new Map(topology?.nodes.map(({ id, name }) => [id, name]));
  return [
    ...(topology?.nodes ?? []).flatMap(({ address, name }) => (address === null ? [] : [[address, name] as const])),
    ...(topology?.memberships ?? []).flatMap(({ node, addresses }) =>
      addresses.map((address) => [address.replace(/\/\d+$/, ''), names.get(node) ?? address] as const),
    ),
  ];
}
