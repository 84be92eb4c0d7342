import type { ContainerSpec, HostId, Intent, Name, NetworkId, NodeId, Workload } from '@orrery/shared/contracts';
import { newId } from '@orrery/shared/runtime';
import { isDeepStrictEqual } from 'node:util';
import {
  membershipDraft,
  newMembership,
  type MembershipDraft,
  type WantedContainer,
  type WantedMembership,
} from '../wanted/wanted-items.js';

/** A spec with sorted, unique network IDs, and the workload of an attachment. */
export type ResolvedSpec = Omit<ContainerSpec, 'networks'> & { networks: NetworkId[]; workload: Workload | null };

/** The name of an attachment that was given none. Two workloads can get the same one: the second is then refused. */
export const attachmentName = (workload: Workload): Name =>
  workload
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, 63)
    .replace(/-+$/, '');

/** The caller reserves its identity. */
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
  workload: spec.workload,
  byLabel: false,
  version: 1,
});

/** Networks of the spec become present with the spec's settings; all other networks of the node become absent. */
export function replaceMemberships(
  node: NodeId,
  present: WantedMembership[],
  { networks, settings }: ResolvedSpec,
): { drafts: MembershipDraft[]; added: WantedMembership[] } {
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

export interface Difference {
  field: string;
  is: unknown;
  asked: unknown;
}

/** Where a desired container differs from a spec requested under its name, field by field. */
export function specDifferences(
  container: Pick<WantedContainer, 'workload' | 'image' | 'limits'>,
  present: WantedMembership[],
  spec: ResolvedSpec,
): Difference[] {
  const networks = present.map(({ networkId }) => networkId).sort();
  const candidates: Difference[] = [
    { field: 'workload', is: container.workload, asked: spec.workload },
    { field: 'networks', is: networks, asked: [...spec.networks].sort() },
    { field: 'image', is: container.image, asked: spec.image },
    { field: 'limits.memoryMb', is: container.limits.memoryMb, asked: spec.limits.memoryMb },
    { field: 'limits.pids', is: container.limits.pids, asked: spec.limits.pids },
    ...settingsOf(present, spec),
  ];
  return candidates.filter(({ is, asked }) => !isDeepStrictEqual(is, asked));
}

/** One line if all networks have the same settings, otherwise one for each network. */
function settingsOf(present: WantedMembership[], { settings: asked }: ResolvedSpec): Difference[] {
  const [first, ...others] = present;
  if (!first) return [];
  if (others.every(({ settings }) => isDeepStrictEqual(settings, first.settings)))
    return [{ field: 'settings', is: first.settings, asked }];
  return present.map(({ networkId, settings }) => ({ field: `settings of ${networkId}`, is: settings, asked }));
}
