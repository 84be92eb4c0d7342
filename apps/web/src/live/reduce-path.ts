import type { FleetEvent } from './fleet-event.js';
import { byPlace, pathKey, type Path, type TopologyDraft } from './topology-draft.js';

const MOST_PATHS = 1000;
const MOST_MS = 1e6;

/** A path to another node of the fleet, as its node reports it. Of a large fleet, the topology has the first thousand. */
export function reducePath(draft: TopologyDraft, { data }: FleetEvent): boolean {
  const after = peerIn(data.after);
  const node = typeof data.node === 'string' ? data.node : '';
  const peer = after?.address ?? (typeof data.peer === 'string' ? data.peer : '');
  if (!draft.places.nodes.has(node) || !draft.places.addresses.has(peer)) return true;
  const key = pathKey(node, peer);
  const path = after && pathOf(node, after);
  if (draft.before.morePaths) return reduceCut(draft, key, path);
  draft.setPath(key, path);
  return draft.paths.size <= MOST_PATHS;
}

/** There are more than the topology has: what was left out is not known, so none may move out of the list. */
function reduceCut(draft: TopologyDraft, key: string, path: Path | undefined): boolean {
  const isListed = draft.paths.has(key);
  if (!path) return !isListed;
  const last = draft.before.paths.at(-1);
  if (!last) return false;
  const isAfterLast = byPlace(path, last) > 0;
  if (!isListed) return isAfterLast;
  // The one that ends the list may itself have moved: only what stays in its group keeps its place for sure.
  const before = draft.paths.get(key);
  const isInPlace = before?.path === path.path && before.silent === path.silent;
  if (isInPlace) draft.setPath(key, path);
  return isInPlace;
}

interface Peer {
  address: string;
  path: 'direct' | 'relayed';
  latencyMs: number | null;
  silent: boolean;
}

function peerIn(value: unknown): Peer | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { address, path, latencyMs, silent } = value as Record<string, unknown>;
  if (typeof address !== 'string' || (path !== 'direct' && path !== 'relayed')) return undefined;
  return { address, path, latencyMs: typeof latencyMs === 'number' ? latencyMs : null, silent: silent === true };
}

function pathOf(node: string, { address: peer, path, latencyMs, silent }: Peer): Path {
  return {
    ...{ node, peer, path },
    ...(latencyMs !== null && { ms: Math.max(0, Math.min(rounded(latencyMs), MOST_MS)) }),
    ...(silent && { silent: true as const }),
  };
}

/** As Postgres rounds a double: halves to the even number. */
function rounded(value: number): number {
  const floor = Math.floor(value);
  if (value - floor !== 0.5) return Math.round(value);
  return floor % 2 === 0 ? floor : floor + 1;
}
