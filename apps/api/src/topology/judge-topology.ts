import {
  fitText,
  MAX_TOPOLOGY_ADDRESSES,
  MAX_TOPOLOGY_PATHS,
  MAX_WHY,
  type ControllerId,
  type ControllerKind,
  type ControllerState,
  type HostId,
  type Intent,
  type MembershipStatus,
  type NetworkId,
  type NodeId,
  type NodeKind,
  type Outcome,
  type Presence,
  type Topology,
  type TopologyController,
  type TopologyHost,
  type TopologyMembership,
  type TopologyNode,
  type TopologyState,
} from '@orrery/shared/contracts';

/** How its item stands; each null if there is no item, or no outcome at its revision. */
interface ItemStanding {
  intent: Intent | null;
  outcome: Outcome['kind'] | null;
  outcomeCause: string | null;
}
export interface HostRow {
  id: HostId;
  name: string;
  site: string | null;
  simulated: boolean;
  paused: boolean;
  presence: Presence;
}
export interface NodeRow extends ItemStanding {
  id: NodeId;
  host: HostId;
  kind: NodeKind;
  container: string | null;
  address: string | null;
  daemon: 'up' | 'down' | 'unknown' | null;
  cause: string | null;
  /** Why it need not be up, of a host's own daemon that is not; null for any other. */
  unused: string | null;
}
export interface MembershipRow extends ItemStanding {
  node: NodeId;
  network: NetworkId;
  status: MembershipStatus | null;
  addresses: string[];
}
interface ControllerRow {
  id: ControllerId;
  name: string;
  kind: ControllerKind;
  node: NodeId | null;
  state: ControllerState;
  cause: string | null;
}
/** An open finding of severity error; '': it is about no single node or network. */
interface FindingRow {
  host: HostId;
  node: string;
  network: string;
  cause: string;
}

/** What is stored, as the repository reads it. */
export interface TopologyRows {
  at: string;
  hosts: HostRow[];
  nodes: NodeRow[];
  networks: { id: NetworkId; name: string | null; controller: ControllerId | null }[];
  memberships: MembershipRow[];
  controllers: ControllerRow[];
  paths: { node: NodeId; peer: string; path: 'direct' | 'relayed'; ms: number | null; silent: boolean }[];
  findings: FindingRow[];
}

interface Standing {
  state: TopologyState;
  why?: string;
}

const FINE: Standing = { state: 'fine' };
const standing = (state: TopologyState, why: string | null | undefined): Standing => ({
  state,
  ...(why && { why: fitText(why, MAX_WHY) }),
});

/** Judges everything by what is stored. Pure. */
export function judgeTopology(rows: TopologyRows): Topology {
  const hosts = new Map(rows.hosts.map((host) => [host.id, host]));
  const nodes = new Map(rows.nodes.map((node) => [node.id as string, node]));
  const memberships = distinct(rows.memberships);
  const findings = placed(rows.findings, nodes, new Set(memberships.map(keyOf)));
  const hostOf = (node: NodeRow | undefined) => node && hosts.get(node.host);
  return {
    at: rows.at,
    hosts: rows.hosts.map((host) => toHost(host, findings.get(host.id))),
    nodes: rows.nodes.map((node) => toNode(node, hostOf(node), findings.get(node.id))),
    networks: rows.networks.map((network) => ({ ...network, kept: network.controller !== null })),
    memberships: memberships.map((one) => toMembership(one, hostOf(nodes.get(one.node)), findings.get(keyOf(one)))),
    controllers: rows.controllers.map(toController),
    paths: rows.paths.slice(0, MAX_TOPOLOGY_PATHS).map(({ node, peer, path, ms, silent }) => ({
      ...{ node, peer, path },
      ...(ms !== null && { ms }),
      ...(silent && { silent }),
    })),
    ...(rows.paths.length > MAX_TOPOLOGY_PATHS && { morePaths: true as const }),
  };
}

const keyOf = ({ node, network }: { node: string; network: string }) => `${node}/${network}`;

/** A host may report two devices for one network. */
function distinct(rows: readonly MembershipRow[]): MembershipRow[] {
  const byKey = new Map<string, MembershipRow>();
  for (const row of rows) {
    const same = byKey.get(keyOf(row));
    byKey.set(keyOf(row), same ? { ...same, addresses: [...same.addresses, ...row.addresses] } : row);
  }
  return [...byKey.values()];
}

/** The cause of a finding by what it is about: a membership, a node, or else its host. */
function placed(
  findings: readonly FindingRow[],
  nodes: ReadonlyMap<string, unknown>,
  memberships: ReadonlySet<string>,
): Map<string, string> {
  const causes = new Map<string, string>();
  for (const { host, node, network, cause } of findings) {
    const about = memberships.has(keyOf({ node, network })) ? keyOf({ node, network }) : nodes.has(node) ? node : host;
    if (!causes.has(about)) causes.set(about, cause);
  }
  return causes;
}

/** Undefined if the host is online, so that what it reported counts. */
function absence(presence: Presence | undefined): Standing | undefined {
  switch (presence) {
    case 'online':
      return undefined;
    case 'unreachable':
      return standing('away', 'its host is unreachable');
    case 'joined':
      return standing('unknown', 'its host has not been heard from since it joined');
    default:
      return standing('unknown', 'the API cannot judge now whether its host is heard from');
  }
}

function toHost({ id, name, site, simulated, paused, presence }: HostRow, finding: string | undefined): TopologyHost {
  const own = (): Standing => {
    if (presence === 'unreachable') return standing('away', 'three heartbeats were missed');
    if (presence === 'joined') return standing('unknown', 'it has not been heard from since it joined');
    if (presence === 'unknown') return standing('unknown', 'the API cannot judge now whether it is heard from');
    if (finding !== undefined) return standing('failed', finding);
    return paused ? standing('waiting', 'it is paused') : FINE;
  };
  return { id, name, site, ...own(), ...(simulated && { simulated }) };
}

function toNode(row: NodeRow, host: HostRow | undefined, finding: string | undefined): TopologyNode {
  const { id, kind, address, container } = row;
  const name = kind === 'host' ? (host?.name ?? id) : `${host?.name ?? ''}/${container ?? id}`;
  const judged = absence(host?.presence) ?? nodeStanding(row, finding);
  return { id, host: row.host, name, kind, address, ...judged };
}

function nodeStanding(row: NodeRow, finding: string | undefined): Standing {
  const { daemon, cause, intent, unused } = row;
  const item = itemStanding(row);
  if (item?.state === 'failed') return item;
  if (finding !== undefined) return standing('failed', finding);
  if (item?.state === 'waiting') return item;
  if (daemon === 'up') return FINE;
  if (daemon === null && intent === null) return standing('unknown', 'its host has not reported it yet');
  if (unused !== null) return standing('fine', unused);
  return standing(daemon === 'down' ? 'failed' : 'unknown', cause ?? 'its zerotier-one does not answer');
}

function toMembership(row: MembershipRow, host: HostRow | undefined, finding: string | undefined): TopologyMembership {
  const { node, network, addresses } = row;
  const judged = absence(host?.presence) ?? membershipStanding(row, finding);
  return { node, network, addresses: addresses.slice(0, MAX_TOPOLOGY_ADDRESSES), ...judged };
}

function membershipStanding(row: MembershipRow, finding: string | undefined): Standing {
  const item = itemStanding(row);
  if (item?.state === 'failed') return item;
  if (finding !== undefined) return standing('failed', finding);
  return item ?? byStatus(row.status);
}

/** Of what Orrery did not make there is only the report of zerotier-one. */
function byStatus(status: MembershipStatus | null): Standing {
  switch (status) {
    case 'OK':
      return FINE;
    case 'ACCESS_DENIED':
    case 'AUTHENTICATION_REQUIRED':
    case 'REQUESTING_CONFIGURATION':
      return standing('waiting', `zerotier-one reports ${status}`);
    case 'NOT_FOUND':
    case 'PORT_ERROR':
    case 'CLIENT_TOO_OLD':
      return standing('failed', `zerotier-one reports ${status}`);
    default:
      return standing('unknown', `zerotier-one reports ${status ?? 'no status'}`);
  }
}

/** Undefined if nothing is desired. */
function itemStanding({ intent, outcome, outcomeCause }: ItemStanding): Standing | undefined {
  if (intent === null) return undefined;
  if (outcome === 'failed' || outcome === 'waiting') return standing(outcome, outcomeCause);
  if (intent === 'absent') return standing('waiting', 'it is being removed');
  return outcome === 'done' ? FINE : standing('waiting', 'its host has not reported yet how it stands');
}

const CONTROLLER_STATES: Record<ControllerState, TopologyState> = {
  ...{ up: 'fine', away: 'away', absent: 'failed', moved: 'failed', unknown: 'unknown' },
};

function toController({ id, name, kind, node, state, cause }: ControllerRow): TopologyController {
  const why = state === 'unknown' ? (cause ?? 'it was not asked yet') : cause;
  return { id, name, node, kind, ...(state === 'up' ? FINE : standing(CONTROLLER_STATES[state], why)) };
}
