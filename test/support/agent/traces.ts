import { readFileSync } from 'node:fs';
import type { NodeId, ObservedState } from '@orrery/shared/contracts';
import { containerItem } from './items.js';
import { ADDRESS, container, known, membership, node, observed, unknown } from './observed.js';

interface SeenNetwork {
  id: string;
  status: 'OK';
  type: 'PRIVATE' | 'PUBLIC';
  name: string;
  mac: string;
  mtu: number;
  portDeviceName: string;
  assignedAddresses: string[];
  routes: { target: string; via: string | null }[];
  allowManaged: boolean;
}
interface Row {
  ms: number;
  did?: string;
  sees?: {
    api?: string;
    online?: boolean;
    networks?: SeenNetwork[];
    peers?: { address: string; role: 'LEAF'; relayed: boolean }[];
  };
}

/**
 * The recorded lives of a real zerotier-one, as observations of a container's node. The kernel was not recorded, so it
 * is unknown.
 */
export function trace(name: string, id: NodeId): { ms: number; state: ObservedState }[] {
  const containers = known([container(containerItem({ node: id }))]);
  const file = new URL('../zerotier/recordings/traces.json', import.meta.url);
  const rows = (JSON.parse(readFileSync(file, 'utf8')) as Record<string, Row[]>)[name] ?? [];
  return rows.flatMap(({ ms, sees }) =>
    sees ? [{ ms, state: observed({ containers, nodes: [asNode(id, sees)] }) }] : [],
  );
}

function asNode(id: NodeId, { api, online = false, networks = [], peers = [] }: NonNullable<Row['sees']>) {
  const interfaces = unknown('unexpected');
  if (api) return node(id, { daemon: unknown(), memberships: unknown(), interfaces, peers: unknown() });
  return node(id, {
    daemon: known({ address: ADDRESS, version: '1.14.1', online }),
    memberships: known(
      networks.map(({ id: network, portDeviceName, assignedAddresses, routes, ...rest }) =>
        membership({
          ...{ network, device: portDeviceName, addresses: assignedAddresses },
          routes: routes.map(({ target, via }) => ({ target, via })),
          ...{ name: rest.name, type: rest.type, status: rest.status, mac: rest.mac, mtu: rest.mtu },
          allowManaged: rest.allowManaged,
        }),
      ),
    ),
    interfaces,
    peers: known(
      peers.map(({ address, role, relayed }) => ({
        address,
        role,
        path: relayed ? 'relayed' : 'direct',
        latencyMs: 1,
      })),
    ),
  });
}
