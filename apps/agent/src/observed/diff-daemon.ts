import type { AgentFact, FailureCode, NodeId, ObservedDaemon, Part } from '@orrery/shared/contracts';
import { differs } from './diff-lists.js';

const DOWN: readonly FailureCode[] = ['daemon-unreachable', 'zerotier-missing', 'container-died', 'port-taken'];

/** Causes by which a daemon is down, and not merely out of our sight. */
export const isDown = (code: FailureCode): boolean => DOWN.includes(code);

export function diffDaemon(node: NodeId, before: Part<ObservedDaemon>, after: Part<ObservedDaemon>): AgentFact[] {
  if (!after.known)
    return before.known && isDown(after.code)
      ? [{ type: 'node.down', data: { node, after: null, cause: after.cause } }]
      : [];
  const data = { node, after: after.value };
  if (!before.known) return [{ type: 'node.up', data }];
  const { online, ...identity } = after.value;
  const { online: wasOnline, ...wasIdentity } = before.value;
  const facts: AgentFact[] = [];
  if (differs(identity, wasIdentity)) facts.push({ type: 'node.changed', data });
  if (online !== wasOnline) facts.push({ type: online ? 'node.online' : 'node.offline', data });
  return facts;
}
