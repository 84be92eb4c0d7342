import type { ObservedContainer } from '@orrery/shared/contracts';
import type { FindingsInput, FoundCause } from './found-cause.js';

const HOLD_MS = 2_000;

/** Containers that are not what they seem: never touched, always told. */
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
  code: 'item-unclaimed',
  cause: `this agent made the container orrery-${container.name}, and nobody names it any more; it is left alone`,
  fix: `Remove it on the host when it is not needed: \`docker rm -f orrery-${container.name}\`. Until then its name is taken.`,
});

const foreign = (container: ObservedContainer, isNamed: boolean): FoundCause => ({
  ...about(container),
  item: isNamed ? container.item : null,
  code: 'container-foreign',
  cause: container.differs
    ? `somebody changed the container orrery-${container.name} (${container.engineId.slice(0, 12)}) so that it is no longer as Orrery made it (${container.differs}); it is left alone`
    : `the container ${container.engineId.slice(0, 12)} wears the name or the labels of orrery-${container.name}, and is not one that Orrery made; it is left alone`,
  fix: container.differs
    ? `Remove it yourself on the host: \`docker rm -f ${container.engineId.slice(0, 12)}\`.`
    : 'Find out who made it; remove or rename it.',
});
