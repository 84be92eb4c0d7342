import type {
  ContainerItem,
  ContainerSpec,
  HostId,
  Intent,
  MembershipItem,
  MembershipSettings,
  NetworkId,
  NodeId,
  NodeKind,
} from '@orrery/shared/contracts';
import { newId } from '@orrery/shared/runtime';
import type { WantedContainer, WantedMembership } from './wanted.repository.js';

export type ContainerDraft = Omit<ContainerItem, 'revision'>;
export type MembershipDraft = Omit<MembershipItem, 'revision'>;
export type Draft = ContainerDraft | MembershipDraft;

/** A spec whose networks are ids, each once and in order. */
export type ResolvedSpec = Omit<ContainerSpec, 'networks'> & { networks: NetworkId[] };

/** The container as it is wanted now, with something changed. */
export function containerDraft(
  {
    itemId,
    nodeId,
    name,
    intent,
    image,
    limits,
    incarnation,
    identity,
  }: Omit<WantedContainer, 'id' | 'hostId' | 'version'>,
  change: Partial<Pick<ContainerDraft, 'intent' | 'image' | 'limits' | 'incarnation'>> = {},
): ContainerDraft {
  const item = { kind: 'container' as const, id: itemId, node: nodeId, name, intent, image, limits, incarnation };
  return { ...item, ...(identity === null ? {} : { identity }), ...change };
}

/** The membership as it is wanted now, with something changed. */
export function membershipDraft(
  { itemId, nodeId, networkId, intent, settings }: Omit<WantedMembership, 'version'>,
  nodeKind: NodeKind,
  change: Partial<Pick<MembershipDraft, 'intent' | 'settings'>> = {},
): MembershipDraft {
  return { kind: 'membership', id: itemId, node: nodeId, nodeKind, network: networkId, intent, settings, ...change };
}

export const newMembership = (
  nodeId: NodeId,
  networkId: NetworkId,
  settings: MembershipSettings,
): WantedMembership => ({
  nodeId,
  networkId,
  itemId: newId('itm'),
  intent: 'present',
  settings,
  version: 1,
});

/** Its identity is for the caller to reserve. */
export const newContainer = (hostId: HostId, name: string, spec: ResolvedSpec): WantedContainer => ({
  id: newId('ctr'),
  hostId,
  nodeId: newId('nod'),
  itemId: newId('itm'),
  name,
  intent: 'present',
  image: spec.image,
  limits: spec.limits,
  incarnation: 0,
  identity: null,
  version: 1,
});

/** What the memberships of a container's node become when its spec is replaced. */
export interface MembershipsChange {
  drafts: MembershipDraft[];
  added: WantedMembership[];
}

/** Networks of the spec are present with the spec's settings, all others of the node absent. */
export function replaceMemberships(node: NodeId, present: WantedMembership[], spec: ResolvedSpec): MembershipsChange {
  const { networks, settings } = spec;
  const known = new Set(present.map(({ networkId }) => networkId));
  const added = networks.filter((id) => !known.has(id)).map((id) => newMembership(node, id, settings));
  const kept = present.map((membership) =>
    networks.includes(membership.networkId)
      ? membershipDraft(membership, 'container', { intent: 'present', settings })
      : membershipDraft(membership, 'container', { intent: 'absent' }),
  );
  return { added, drafts: [...kept, ...added.map((membership) => membershipDraft(membership, 'container'))] };
}

export const withIntent = (memberships: WantedMembership[], intent: Intent) =>
  memberships.filter((membership) => membership.intent === intent);
