import { explain, isOfContainer, type Item, type ObservedNode } from '@orrery/shared/contracts';
import { ownContainer } from '../plan/node-container.js';
import { workloadOf } from '../plan/plan-attachment.js';
import type { FindingsInput, FoundCause } from './found-cause.js';

/** Minutes within which restarts of a workload count. */
const FLAPPING_MINUTES = 10;
/** A node leaves a network, and an item disappears, within a moment. */
const UNEXPECTED_HOLD_MS = 6_000;

/** Attachments whose workload is started again and again by its restart policy. */
export function findFlapping({ items, observed, flaps }: FindingsInput): FoundCause[] {
  return items.flatMap((item): FoundCause[] => {
    if (item.kind !== 'attachment' || item.intent === 'absent') return [];
    const workload = workloadOf(item, observed);
    const flap = workload && flaps?.get(workload.engineId);
    if (!flap) return [];
    const facts = { name: workload.name, times: flap.times, minutes: FLAPPING_MINUTES };
    return [
      {
        ...{ node: item.node, network: null, item: item.id, severity: 'warning', holdMs: 0 },
        ...explain('workload-flapping/times', facts),
      },
    ];
  });
}

/** Networks of our containers that no item names: something else uses the local API of their daemons. The agent leaves none by itself. */
export function findUnexpected({ items, observed }: FindingsInput): FoundCause[] {
  return items.flatMap((item) => {
    if (!isOfContainer(item) || item.intent === 'absent' || !ownContainer(item, observed)) return [];
    const memberships = observed.nodes.find(({ node }) => node === item.node)?.memberships;
    return memberships?.known ? memberships.value.flatMap((joined) => unexpected(item, joined, items)) : [];
  });
}

type Joined = Extract<ObservedNode['memberships'], { known: true }>['value'][number];

function unexpected({ node }: Item, { network, status }: Joined, items: readonly Item[]): FoundCause[] {
  const isNamed = items.some((one) => one.kind === 'membership' && one.node === node && one.network === network);
  if (isNamed) return [];
  return [
    {
      ...{ node, network, item: null, severity: 'warning', holdMs: UNEXPECTED_HOLD_MS },
      ...explain('membership-unexpected/network', { network, status }),
    },
  ];
}
