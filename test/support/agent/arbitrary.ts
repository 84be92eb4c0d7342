import {
  ContainerLimits,
  MembershipSettings,
  type ContainerItem,
  type Item,
  type MembershipItem,
  type NodeId,
  type ObservedContainer,
  type ObservedMembership,
  type ObservedState,
} from '@orrery/shared/contracts';
import { idFrom } from '@orrery/shared/contracts';
import fc from 'fast-check';
import { container, hostNode, known, membership, node, observed, unknown } from './observed.js';

/** Small worlds that are likely to collide: two images, three networks, a few names. */
const id = <P extends 'nod' | 'itm'>(prefix: P, number: number) => idFrom(prefix, new Uint8Array(20).fill(number));
export const NETWORKS = ['8056c2e21c000001', '8056c2e21c000002', '8056c2e21cde0003'];
export const IMAGES = ['zerotier/zerotier:1.14.2', 'other/zerotier:2'];
export const HOST_NODE: NodeId = id('nod', 0);

const intent = fc.constantFrom('present' as const, 'absent' as const);
const settings = fc
  .record({
    allowManaged: fc.oneof(fc.boolean(), fc.constant(['10.0.0.0/8']), fc.constant(['10.1.0.0/16', '10.2.0.0/16'])),
    allowDNS: fc.boolean(),
  })
  .map((value) => MembershipSettings.parse(value));

const membershipOf = (nodeId: NodeId, nodeKind: 'host' | 'container', number: number) =>
  fc.record({ intent, settings, network: fc.constantFrom(...NETWORKS) }).map((more): MembershipItem => ({
    ...{ id: id('itm', 10 + number), revision: 1, kind: 'membership', node: nodeId, nodeKind },
    ...more,
  }));

const containerOf = (number: number) =>
  fc
    .record({
      intent,
      image: fc.constantFrom(null, ...IMAGES),
      incarnation: fc.nat(1),
      memoryMb: fc.constantFrom(64, 256),
    })
    .map(({ memoryMb, ...more }): ContainerItem => ({
      ...{ id: id('itm', number), revision: 1, kind: 'container', node: id('nod', number), name: `c${number}` },
      limits: ContainerLimits.parse({ memoryMb }),
      ...more,
    }));

/** One container with up to two memberships, each in a different network. */
const slot = (number: number): fc.Arbitrary<Item[]> =>
  fc
    .tuple(
      containerOf(number),
      fc.uniqueArray(
        fc.nat(1).chain((which) => membershipOf(id('nod', number), 'container', number * 2 + which)),
        { maxLength: 2, selector: ({ network }) => network },
      ),
    )
    .map(([one, memberships]) => [
      one,
      ...memberships.map((item, at) => ({ ...item, id: id('itm', 10 + number * 2 + at) })),
    ]);

export const desiredItems: fc.Arbitrary<Item[]> = fc
  .tuple(
    fc.subarray([1, 2, 3]).chain((numbers) => fc.tuple(...numbers.map(slot))),
    fc.uniqueArray(membershipOf(HOST_NODE, 'host', 0), { maxLength: 3, selector: ({ network }) => network }),
  )
  .map(([slots, onHost]) => [...slots.flat(), ...onHost.map((item, at) => ({ ...item, id: id('itm', 20 + at) }))]);

const observedMemberships: fc.Arbitrary<ObservedMembership[]> = fc.uniqueArray(
  fc
    .record({
      network: fc.constantFrom(...NETWORKS),
      status: fc.constantFrom('OK' as const, 'ACCESS_DENIED' as const, 'REQUESTING_CONFIGURATION' as const),
      allowManaged: fc.boolean(),
      allowGlobal: fc.boolean(),
    })
    .map(membership),
  { selector: ({ network }) => network },
);

const observedContainer = (number: number): fc.Arbitrary<ObservedContainer> =>
  fc
    .record({
      ours: fc.boolean(),
      state: fc.constantFrom('created', 'running', 'paused', 'restarting', 'exited', 'dead'),
      image: fc.constantFrom(...IMAGES),
      incarnation: fc.nat(1),
      item: fc.constantFrom(id('itm', number), id('itm', 9)),
    })
    .map((more) => {
      const item = {
        id: id('itm', number),
        node: id('nod', number),
        name: `c${number}`,
        limits: ContainerLimits.parse({}),
      };
      return container(item as ContainerItem, more);
    });

/** Any observation of a host, including unknown parts. */
export const observedStates: fc.Arbitrary<ObservedState> = fc
  .tuple(
    fc.subarray([1, 2, 3]).chain((numbers) => fc.tuple(...numbers.map(observedContainer))),
    fc.tuple(observedMemberships, observedMemberships, observedMemberships, observedMemberships),
    fc.record({ containers: fc.boolean(), daemon: fc.boolean(), memberships: fc.boolean() }),
  )
  .map(([containers, [onHost, ...inside], sight]) => {
    const parts = (list: ObservedMembership[]) => ({
      ...(sight.daemon ? {} : { daemon: unknown() }),
      memberships: sight.memberships ? known(list) : unknown(),
    });
    const running = containers.filter(({ state, ours }) => ours && state === 'running');
    return observed({
      containers: sight.containers ? known(containers) : unknown('docker-unreachable'),
      nodes: [hostNode(HOST_NODE, parts(onHost)), ...running.map((one, at) => node(one.node, parts(inside[at] ?? [])))],
    });
  });

/** Identities and images that exist. */
export const possessions = fc.record({
  identities: fc.subarray([1, 2, 3]).map((numbers) => numbers.map((number) => id('nod', number))),
  images: fc.subarray(IMAGES),
});
