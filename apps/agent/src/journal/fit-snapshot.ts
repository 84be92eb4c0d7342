import type { ObservedNode, ObservedState, ObservedWorkload, Part } from '@orrery/shared/contracts';

const KEPT_ROUTES = 100;

export interface FittedSnapshot {
  states: ObservedState[];
  /** Workloads that are too many for a piece of their own: each is to be reported alone. */
  singly: readonly ObservedWorkload[];
  /** The parts marked unknown because they are too large. */
  leftOut: string[];
}

/**
 * Splits an observation into pieces of a limited size. The first has the containers, and with them the list of all nodes. The
 * others have more nodes and mark the containers unknown, so that nobody takes a missing container for a removed one. If the
 * workloads do not fit beside the containers, they have a piece of their own.
 */
export function fitSnapshot(state: ObservedState, maxBytes: number): FittedSnapshot {
  const leftOut: string[] = [];
  const rest: ObservedState = {
    ...state,
    containers: unknown('the containers are in another piece of this snapshot'),
    ...(state.workloads && { workloads: unknown('the workloads are in another piece of this snapshot') }),
    nodes: [],
  };
  const room = maxBytes - sizeOf(rest);
  const nodes = state.nodes.map((node) => fitNode(node, room, leftOut));
  let piece: ObservedState = { ...state, nodes: nodes.slice(0, 1) };
  const alone: ObservedState = { ...rest, ...(state.workloads && { workloads: state.workloads }) };
  const areApart = state.workloads?.known === true && sizeOf(piece) > maxBytes;
  if (areApart) piece = { ...piece, ...(rest.workloads && { workloads: rest.workloads }) };
  if (sizeOf(piece) > maxBytes) {
    leftOut.push('containers');
    piece = { ...piece, containers: unknown('the containers were left out: the snapshot would be too large') };
  }
  const states = [piece];
  let bytes = sizeOf(piece);
  for (const node of nodes.slice(1)) {
    bytes += sizeOf(node) + 1;
    if (bytes > maxBytes) {
      piece = { ...rest, nodes: [] };
      states.push(piece);
      bytes = sizeOf(rest) + sizeOf(node);
    }
    piece.nodes.push(node);
  }
  const fitsAlone = sizeOf(alone) <= maxBytes;
  if (areApart && fitsAlone) states.push(alone);
  const singly = areApart && !fitsAlone && state.workloads?.known ? state.workloads.value : [];
  return { states, singly, leftOut };
}

/** A node that fits: without its peers, or with few routes, or with nothing but its existence. */
function fitNode(node: ObservedNode, room: number, leftOut: string[]): ObservedNode {
  const left = (part: string) => unknown(`the ${part} were left out: the snapshot would be too large`);
  const withoutPeers = { ...node, peers: left('peers') };
  const withFewRoutes = {
    ...withoutPeers,
    memberships: fewRoutes(node.memberships),
    interfaces: fewRoutes(node.interfaces),
  };
  const bare = { ...withoutPeers, memberships: left('memberships'), interfaces: left('interfaces') };
  const fitting = [node, withoutPeers, withFewRoutes].find((one) => sizeOf(one) <= room) ?? bare;
  if (fitting !== node) leftOut.push(`parts of ${node.node}`);
  return fitting;
}

const fewRoutes = <T extends { routes: unknown[] }>(part: Part<T[]>): Part<T[]> =>
  part.known
    ? { known: true, value: part.value.map((one) => ({ ...one, routes: one.routes.slice(0, KEPT_ROUTES) })) }
    : part;

const unknown = (cause: string) => ({ known: false as const, code: 'unexpected' as const, cause });

const sizeOf = (value: unknown) => Buffer.byteLength(JSON.stringify(value));
