import type { SimulatedContainer, SystemHost } from './system-host.js';
import type { System } from './system.js';

interface Wanted {
  containers: { node: string; name: string; outcome: string | null }[];
  /** Networks by node: desired, and observed. */
  memberships: { node: string; network: string; outcome: string | null }[];
  observed: { node: string; network: string }[];
  status: { node: string; engine: string; state: string }[];
  nodes: { node: string; kind: string; address: string | null }[];
  absent: number;
  revision: number;
  held: number;
  hostNode: string;
}

/** No orphan container or identity, and Postgres agrees with the machine of each host whose agent runs. */
export async function machineFaults(system: System, unclaimed: readonly string[]): Promise<string[]> {
  const running = [...system.hosts.values()].filter(({ isRunning }) => isRunning);
  return (await Promise.all(running.map((host) => faultsOf(system, host, unclaimed)))).flat();
}

async function faultsOf(system: System, host: SystemHost, unclaimed: readonly string[]): Promise<string[]> {
  const [wanted, { containers: all, host: daemon }, identities] = await Promise.all([
    read(system, host.name),
    host.simulated(),
    host.identities(),
  ]);
  const forgotten = all.filter(({ name }) => unclaimed.includes(name));
  const containers = all.filter((container) => !forgotten.includes(container));
  for (const { node } of forgotten) forget(wanted, identities, node);
  const machine = new Map(containers.map(({ node, daemon: { files } }) => [node as string, networksIn(files)]));
  machine.set(wanted.hostNode, networksIn(daemon.files));
  const faults = [
    ...containerFaults(wanted, containers, identities),
    ...membershipFaults(wanted, machine),
    ...nodeFaults(wanted, identities, daemon.identityPublic.slice(0, 10)),
    ...(wanted.absent === 0 ? [] : [`${wanted.absent} absent items are not settled`]),
    ...(wanted.revision === wanted.held ? [] : [`it holds revision ${wanted.held} of ${wanted.revision}`]),
  ];
  return faults.map((fault) => `${host.name}: ${fault}`);
}

function forget(wanted: Wanted, identities: Map<string, string>, node: string): void {
  identities.delete(node);
  wanted.status = wanted.status.filter((row) => row.node !== node);
  wanted.observed = wanted.observed.filter((row) => row.node !== node);
}

const networksIn = (files: Record<string, string>) =>
  Object.keys(files).flatMap((name) => /^([0-9a-f]{16})\.conf$/.exec(name)?.[1] ?? []);

/** Failed items may be missing; nothing else may be, and nothing undesired may exist. */
function containerFaults(
  { containers, status }: Wanted,
  there: readonly SimulatedContainer[],
  identities: ReadonlyMap<string, string>,
): string[] {
  const faults: string[] = [];
  for (const { node, name, outcome } of containers) {
    const mine = there.filter((container) => container.node === node);
    const identity = identities.get(node);
    if (mine.length > 1) faults.push(`${name} is there ${mine.length} times`);
    if (outcome === 'failed') continue;
    if (mine[0]?.state !== 'running') faults.push(`${name} is ${mine[0]?.state ?? 'not there'}`);
    if (mine[0] && mine[0].daemon.identityPublic.slice(0, 10) !== identity) faults.push(`${name} has another identity`);
    const seen = status.find((row) => row.node === node);
    if (seen?.engine !== mine[0]?.engineId || seen?.state !== mine[0]?.state)
      faults.push(`${name} is ${mine[0]?.engineId} ${mine[0]?.state}, stored as ${seen?.engine} ${seen?.state}`);
  }
  const wanted = new Set(containers.map(({ node }) => node));
  for (const { node, name } of there) if (!wanted.has(node)) faults.push(`${name} (${node}) is an orphan`);
  for (const node of identities.keys()) if (!wanted.has(node)) faults.push(`the identity of ${node} is an orphan`);
  for (const { node } of status) if (!wanted.has(node)) faults.push(`the status of ${node} is an orphan`);
  return faults;
}

function membershipFaults({ memberships, observed }: Wanted, machine: ReadonlyMap<string, string[]>): string[] {
  const faults: string[] = [];
  for (const { node, network, outcome } of memberships)
    if (outcome !== 'failed' && !machine.get(node)?.includes(network)) faults.push(`${node} is not in ${network}`);
  for (const { node, network } of observed)
    if (!machine.get(node)?.includes(network)) faults.push(`${node} is stored to be in ${network}`);
  for (const [node, networks] of machine)
    for (const network of networks)
      if (!observed.some((row) => row.node === node && row.network === network))
        faults.push(`${node} is in ${network}, which is not stored`);
  return faults;
}

function nodeFaults(
  { nodes, containers }: Wanted,
  identities: ReadonlyMap<string, string>,
  ownAddress: string,
): string[] {
  const failed = new Set(containers.filter(({ outcome }) => outcome === 'failed').map(({ node }) => node));
  return nodes
    .filter(({ node }) => !failed.has(node))
    .map(({ node, kind, address }) => ({ node, address, real: kind === 'host' ? ownAddress : identities.get(node) }))
    .filter(({ address, real }) => address !== real)
    .map(({ node, address, real }) => `${node} has the address ${real}, stored is ${address}`);
}

async function read(system: System, name: string): Promise<Wanted> {
  const [row] = await system.sql<Wanted>(
    `SELECT h.revision::int, s.held_revision::int AS held, h.node_id AS "hostNode",
       (SELECT count(*)::int FROM items i WHERE i.host_id = h.id AND i.intent = 'absent') AS absent,
       (SELECT COALESCE(json_agg(json_build_object('node', c.node_id, 'name', c.name, 'outcome', o.outcome->>'kind')), '[]')
          FROM containers c LEFT JOIN item_status o ON o.item_id = c.item_id WHERE c.host_id = h.id) AS containers,
       (SELECT COALESCE(json_agg(json_build_object('node', m.node_id, 'network', m.network_id, 'outcome', o.outcome->>'kind')), '[]')
          FROM memberships m LEFT JOIN item_status o ON o.item_id = m.item_id WHERE m.host_id = h.id) AS memberships,
       (SELECT COALESCE(json_agg(json_build_object('node', m.node_id, 'network', m.network_id)), '[]')
          FROM membership_status m WHERE m.host_id = h.id) AS observed,
       (SELECT COALESCE(json_agg(json_build_object('node', c.node_id, 'engine', c.observed->>'engineId', 'state', c.observed->>'state')), '[]')
          FROM container_status c WHERE c.host_id = h.id) AS status,
       (SELECT COALESCE(json_agg(json_build_object('node', n.id, 'kind', n.kind, 'address', t.address)), '[]')
          FROM nodes n LEFT JOIN node_status t ON t.node_id = n.id WHERE n.host_id = h.id) AS nodes
     FROM hosts h JOIN host_status s ON s.host_id = h.id WHERE h.name = $1 AND h.removed_at IS NULL`,
    [name],
  );
  if (!row) throw new Error(`${name} is in no table`);
  return row;
}
