import type { AgentFact, ObservedContainer, ObservedState } from '@orrery/shared/contracts';
import { byKey, differs } from './diff-lists.js';

const keyOf = (container: ObservedContainer) => container.engineId;

export function diffContainers(before: ObservedState, after: ObservedState): AgentFact[] {
  if (!before.containers.known || !after.containers.known) return [];
  const was = byKey(before.containers.value, keyOf);
  const is = byKey(after.containers.value, keyOf);
  const facts = [...was.values()].filter((container) => !is.has(keyOf(container))).map(removed);
  for (const container of is.values()) facts.push(...changed(was.get(keyOf(container)), container));
  return facts;
}

const about = (container: ObservedContainer, after: ObservedContainer | null) => ({
  node: container.node,
  name: container.name,
  item: container.item,
  after,
});

const removed = (container: ObservedContainer): AgentFact => ({
  type: 'container.removed',
  data: about(container, null),
});

function changed(before: ObservedContainer | undefined, after: ObservedContainer): AgentFact[] {
  const data = about(after, after);
  if (!before)
    return after.state === 'created'
      ? [{ type: 'container.created', data }]
      : [{ type: 'container.created', data }, ...entered(undefined, after)];
  if (before.state !== after.state) return entered(before, after);
  // Docker restarted it between two observations.
  if (after.state === 'running' && before.startedAt !== after.startedAt)
    return [died(after, 'it ended and was started again'), { type: 'container.started', data }];
  return differs(before, after) ? [{ type: 'container.changed', data }] : [];
}

/** The facts about entering a new state. */
function entered(before: ObservedContainer | undefined, after: ObservedContainer): AgentFact[] {
  const data = about(after, after);
  switch (after.state) {
    case 'running':
      if (before?.state === 'paused') return [{ type: 'container.unpaused', data }];
      return [{ type: 'container.started', data }];
    case 'paused':
      return [{ type: 'container.paused', data }];
    case 'exited':
    case 'dead':
    case 'restarting':
      // A change from `restarting` to `exited` is not another death.
      return before && ['exited', 'dead', 'restarting'].includes(before.state)
        ? [{ type: 'container.changed', data }]
        : [died(after, causeOf(after))];
    case 'created':
      return [{ type: 'container.changed', data }];
  }
}

function died(after: ObservedContainer, cause: string): AgentFact {
  const { exitCode, oomKilled } = after;
  return { type: 'container.died', data: { ...about(after, after), exitCode, oomKilled, cause } };
}

function causeOf({ exitCode, oomKilled }: ObservedContainer): string {
  if (oomKilled) return 'it used more memory than its limit and was killed';
  if (exitCode === 137) return 'it was killed (SIGKILL)';
  if (exitCode === 143) return 'it was stopped (SIGTERM)';
  return exitCode === null ? 'it ended' : `it ended with exit code ${exitCode}`;
}
