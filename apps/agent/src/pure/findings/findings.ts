import {
  type AgentFindingCode,
  DoctorCode,
  type NetworkId,
  type NodeId,
  type ObservedState,
  explain,
  explainAgain,
} from '@orrery/shared/contracts';
import { findFlapping, findUnexpected } from './findings-attachments.js';
import { findContainers } from './findings-containers.js';
import { findDisagreements } from './findings-interfaces.js';
import { findNodes } from './findings-nodes.js';
import { findPolicyTroubles } from './findings-policy.js';
import { findRouteConflicts } from './findings-routes.js';
import type { DoctorStanding, FindingsInput, FoundCause } from './found-cause.js';

const SKEW_MS = 5_000;
const STUCK_TRIES = 5;

/** Every cause that the observation shows: plain data, the same for the same input. */
export function findCauses(input: FindingsInput): FoundCause[] {
  return [
    ...findNodes(input),
    ...findContainers(input),
    ...findFlapping(input),
    ...findUnexpected(input),
    ...findDisagreements(input),
    ...findRouteConflicts(input),
    ...findPolicyTroubles(input),
    ...findStuckItems(input),
    ...findAgentTroubles(input),
    ...(input.doctor?.found ?? []),
  ];
}

function findStuckItems({ items, outcome, tries }: FindingsInput): FoundCause[] {
  return items.flatMap((item) => {
    const stands = outcome(item.id);
    if (stands?.kind !== 'failed' || tries(item.id) < STUCK_TRIES) return [];
    return [
      {
        ...{ node: item.node, network: item.kind === 'membership' ? item.network : null, item: item.id },
        ...{ severity: 'error' as const, holdMs: 0 },
        ...explainAgain({
          code: 'item-stuck',
          cause: `failed ${STUCK_TRIES} times or more; retrying with growing pauses: ${stands.cause}`,
          fix: stands.fix,
        }),
      },
    ];
  });
}

function findAgentTroubles({ clockSkewMs, cloned, forgedAnswers, damage }: FindingsInput): FoundCause[] {
  const host = { node: null, network: null, item: null, holdMs: 0 };
  const found: FoundCause[] = [];
  if (clockSkewMs !== undefined && Math.abs(clockSkewMs) > SKEW_MS)
    found.push({
      ...{ ...host, severity: 'warning' },
      ...explain('clock-skew/host', {
        seconds: Math.round(Math.abs(clockSkewMs) / 1000),
        side: clockSkewMs > 0 ? 'ahead of' : 'behind',
      }),
    });
  if (cloned) found.push({ ...host, severity: 'error', ...explain('host-cloned/by-agent') });
  if (forgedAnswers) found.push({ ...host, severity: 'error', ...explain('answers-forged/ignored') });
  if (damage.length > 0)
    found.push({ ...host, severity: 'warning', ...explain('journal-damaged', { cause: damage.join('; ') }) });
  return found;
}

const OF_DOCTOR: ReadonlySet<string> = new Set(DoctorCode.options);

/** True when an earlier finding can be neither confirmed nor cleared now, because what it is about is out of sight. */
export function isUndetermined(
  found: { node: NodeId | null; network: NetworkId | null; code: AgentFindingCode },
  observed: ObservedState,
  doctor?: DoctorStanding,
): boolean {
  if (OF_DOCTOR.has(found.code)) return !doctor?.isKnown(found.code);
  if (found.code === 'container-foreign' || found.code === 'item-unclaimed') return !observed.containers.known;
  if (found.code === 'workload-flapping') return observed.workloads?.known === false;
  const node = observed.nodes.find((one) => one.node === found.node);
  if (found.code === 'udp-port-taken') return node?.daemon.known === false;
  if (found.code === 'policy-denied' || found.code === 'membership-unexpected')
    return !observed.containers.known || node?.memberships.known === false;
  if (found.code === 'interface-disagrees' || found.code === 'tun-missing')
    return node ? !node.memberships.known || !node.interfaces.known : !observed.containers.known;
  if (found.code !== 'route-conflict' && found.code !== 'routes-left-out') return false;
  if (!node?.memberships.known) return true;
  // While the node asks for its configuration, as after it joined again with another list, it is unknown what the network pushes.
  const joined = node.memberships.value.find(({ network }) => network === found.network);
  return joined?.status === 'REQUESTING_CONFIGURATION';
}
