import {
  ContainerLimits,
  MembershipSettings,
  type AttachmentItem,
  type ContainerItem,
  type MembershipItem,
  type NetworkId,
  type NodeId,
  type RouterItem,
} from '@orrery/shared/contracts';
import { newId } from '@orrery/shared/runtime';

export const NETWORK: NetworkId = '8056c2e21c000001';
/** Private in the simulation: no node is in before somebody authorizes it. */
export const PRIVATE_NETWORK: NetworkId = '8056c2e21cde0001';

export const containerItem = (more: Partial<ContainerItem> = {}): ContainerItem => ({
  ...{ id: newId('itm'), node: newId('nod'), revision: 1, intent: 'present', kind: 'container' },
  ...{ name: 'demo', image: null, limits: ContainerLimits.parse({}), incarnation: 0 },
  ...more,
});

export const membershipItem = (more: Partial<MembershipItem> & { node: NodeId }): MembershipItem => ({
  ...{ id: newId('itm'), revision: 1, intent: 'present', kind: 'membership', nodeKind: 'container' },
  ...{ network: NETWORK, settings: MembershipSettings.parse({}) },
  ...more,
});

export const attachmentItem = (more: Partial<AttachmentItem> = {}): AttachmentItem => ({
  ...{ id: newId('itm'), node: newId('nod'), revision: 1, intent: 'present', kind: 'attachment' },
  ...{ name: 'shop-db-1', workload: 'shop/db/1', image: null, limits: ContainerLimits.parse({}), incarnation: 0 },
  ...more,
});

/** An attachment and its node's membership. */
export function attach(more: Partial<AttachmentItem> = {}) {
  const attachment = attachmentItem(more);
  const membership = membershipItem({ node: attachment.node });
  return { attachment, membership, items: [attachment, membership] };
}

/** A container and its node's membership, as one launch creates them. */
export function launch(more: Partial<ContainerItem> = {}, network: NetworkId = NETWORK) {
  const container = containerItem(more);
  const membership = membershipItem({ node: container.node, revision: container.revision, network });
  return { container, membership, items: [container, membership] };
}

/** A container, its node's membership, and the router in it. */
export function route(more: Partial<RouterItem> = {}) {
  const { container, membership } = launch();
  const router: RouterItem = {
    ...{ id: newId('itm'), node: container.node, revision: 1, intent: 'present', kind: 'router' },
    ...{ network: NETWORK, prefixes: ['192.168.10.0/24'] },
    ...more,
  };
  return { container, membership, router, items: [container, membership, router] };
}
