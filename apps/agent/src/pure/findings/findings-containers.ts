import { explain, type ObservedContainer } from '@orrery/shared/contracts';
import type { FindingsInput, FoundCause } from './found-cause.js';

const HOLD_MS = 2_000;

/** Containers that are not what they seem: they are reported and never touched. */
export function findContainers({ items, observed, hasIdentity }: FindingsInput): FoundCause[] {
  if (!observed.containers.known) return [];
  const named = new Set<string>(items.map(({ id }) => id));
  const strangers = observed.containers.value.filter(({ ours, item }) => !ours || !named.has(item));
  return strangers.map((container) => {
    const isOurs = hasIdentity(container.node) && !named.has(container.item);
    return isOurs ? unclaimed(container) : foreign(container, named.has(container.item));
  });
}

const about = ({ node }: ObservedContainer) => ({ node, network: null, severity: 'warning' as const, holdMs: HOLD_MS });

const unclaimed = (container: ObservedContainer): FoundCause => ({
  ...about(container),
  item: null,
  ...explain('item-unclaimed/container', { name: container.name }),
});

const foreign = (container: ObservedContainer, isNamed: boolean): FoundCause => ({
  ...about(container),
  item: isNamed ? container.item : null,
  ...foreignness(container),
});

const foreignness = ({ name, engineId, differs }: ObservedContainer) => {
  const id = engineId.slice(0, 12);
  return differs
    ? explain('container-foreign/changed', { id, name, differs })
    : explain('container-foreign/labels', { id, name });
};
