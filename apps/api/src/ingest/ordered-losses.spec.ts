import { describe, expect, it } from '@jest/globals';
import type { HostId, NodeId } from '@orrery/shared/contracts';
import type { NodeContext } from './group-context.js';
import { orderedBy } from './ordered-losses.js';
import type { StoredEvent } from './stored-event.js';

const HOST: HostId = `hst_${'a'.repeat(20)}`;
const NODE: NodeId = `nod_${'a'.repeat(20)}`;
const SHOP = '8056c2e21c000001';
const event = (type: string, network: string | null = null) =>
  ({ fact: { type }, refs: { node: NODE, network, item: null, container: null } }) as unknown as StoredEvent;
const node = (more: Partial<NodeContext> = {}): NodeContext => ({
  ...{ host: HOST, container: 'demo', isGoing: false, leaving: [] },
  ...more,
});

describe('a loss that a host reports', () => {
  it.each<[string, StoredEvent, NodeContext | undefined, string | undefined]>([
    ['a death while the container is being removed', event('container.died'), node({ isGoing: true }), 'remove'],
    ['an interface that goes with it', event('interface.down', SHOP), node({ isGoing: true }), 'remove'],
    ['an interface of a network that it leaves', event('interface.down', SHOP), node({ leaving: [SHOP] }), 'leave'],
    ['a death of its own', event('container.died'), node(), undefined],
    ['a daemon that goes down while a network is left', event('node.down'), node({ leaving: [SHOP] }), undefined],
    ['something new about a container that goes', event('finding.raised'), node({ isGoing: true }), undefined],
    ['a node that nobody knows', event('node.down'), undefined, undefined],
  ])('is judged: %s', (_what, of, about, ordered) => expect(orderedBy(of, about)).toBe(ordered));
});
