import { z } from 'zod';
import { ItemId, Name, NetworkId, NodeAddress, NodeId, ProbeId } from '../ids.js';
import { Workload } from '../items.js';
import { MAX_ADDRESS, MAX_CAUSE, MAX_DETAIL, MAX_NAME, MAX_URL, MAX_WORD } from '../lengths.js';
import {
  ObservedContainer,
  ObservedDaemon,
  ObservedInterface,
  ObservedMembership,
  ObservedPeer,
  ObservedRoute,
  ObservedRouter,
  ObservedState,
  ObservedWorkload,
} from '../observed.js';
import { Outcome, Stage } from '../outcomes.js';
import { ProbeResult } from '../probes.js';
import { AgentFindingCode, AgentFindingData } from './findings.js';

/**
 * Facts that agents report. Every fact about something observed carries `after`: its whole new state (null: gone), so that a projection
 * is simply the last event of its key and never needs the history.
 */
const facts = <const Types extends readonly [string, ...string[]], Data extends z.ZodRawShape>(
  types: Types,
  data: Data,
) => z.object({ type: z.enum(types), data: z.object(data) });

const Word = z.string().max(MAX_WORD);

const aboutContainer = { node: NodeId, name: Name, item: ItemId, after: ObservedContainer.nullable() };
const ContainerFact = facts(
  [
    'container.created',
    'container.started',
    'container.paused',
    'container.unpaused',
    'container.removed',
    'container.changed',
  ],
  aboutContainer,
);
const ContainerDied = facts(['container.died'], {
  ...aboutContainer,
  exitCode: z.int().nullable(),
  oomKilled: z.boolean(),
  cause: z.string().max(MAX_CAUSE),
});

/** `workload.changed`: anything else about it, such as its labels after it was recreated. */
const WorkloadFact = facts(
  ['workload.found', 'workload.started', 'workload.stopped', 'workload.changed', 'workload.removed'],
  { workload: Workload, after: ObservedWorkload.nullable() },
);

const aboutNode = { node: NodeId, after: ObservedDaemon.nullable() };
const NodeFact = facts(['node.up', 'node.online', 'node.offline', 'node.changed', 'node.heard'], aboutNode);
const NodeDown = facts(['node.down'], { ...aboutNode, cause: z.string().max(MAX_CAUSE) });

const aboutMembership = { node: NodeId, network: NetworkId, after: ObservedMembership.nullable() };
const MembershipFact = facts(
  [
    'network.joined',
    'network.left',
    'network.not-found',
    'network.changed',
    'authorization.requested',
    'authorization.granted',
    'authorization.revoked',
  ],
  aboutMembership,
);

const aboutInterface = {
  node: NodeId,
  network: NetworkId.nullable(),
  device: Word,
  after: ObservedInterface.nullable(),
};
const InterfaceFact = facts(['interface.up', 'interface.down', 'interface.changed'], aboutInterface);
const AddressFact = facts(['address.assigned', 'address.removed'], {
  ...aboutInterface,
  address: z.string().max(MAX_ADDRESS),
});
const RouteFact = facts(['route.added', 'route.removed'], { ...aboutInterface, route: ObservedRoute });

/** A network pushes a prefix that would take something away from this host, so it is not accepted. `target` is what it pushes, `hits` what that overlaps. */
const RouteConflict = facts(['route.conflict'], {
  node: NodeId,
  network: NetworkId,
  target: z.string().max(MAX_ADDRESS),
  hits: z.object({ prefix: z.string().max(MAX_ADDRESS), what: z.string().max(MAX_NAME) }),
});

/** `path.direct` and `path.relayed` also report another endpoint or latency. Older agents report neither, and no `path.lost`. */
const PathFact = facts(['path.direct', 'path.relayed'], { node: NodeId, after: ObservedPeer.nullable() });
const PathLost = facts(['path.lost'], { node: NodeId, peer: NodeAddress, after: ObservedPeer.nullable() });

/** What a router lets through, and whether what it watches answers. Null: its container is no router any more, or does not run. */
const RouterFact = facts(['router.changed'], { node: NodeId, after: ObservedRouter.nullable() });

const HostFact = facts(['host.engine-up'], { version: Word, apiVersion: Word });
const HostEngineDown = facts(['host.engine-down'], { cause: z.string().max(MAX_CAUSE) });
const HostStarted = facts(['host.started'], { agentVersion: Word, simulated: z.boolean() });
/** The whole observation: an ordinary event, sent in a new epoch or when the API has another inventory hash. */
const HostSnapshot = facts(['host.snapshot'], { hash: Word, state: ObservedState });
const HistoryGap = facts(['history.gap'], {
  epoch: Word,
  fromSeq: z.int(),
  toSeq: z.int(),
  cause: z.string().max(MAX_CAUSE),
});

const ItemSettled = facts(['item.settled'], { item: ItemId, revision: z.int().positive(), outcome: Outcome });
const ItemProgress = facts(['item.progress'], {
  item: ItemId,
  revision: z.int().positive(),
  stage: Stage,
  detail: z.string().max(MAX_DETAIL),
});

/** `detail` is one line for people: a reply, a redirect, a connection. */
const ProbeProgress = facts(['probe.progress'], { node: NodeId, probe: ProbeId, detail: z.string().max(MAX_DETAIL) });
/** `target` as people read it; never part of a server's answer. */
const ProbeFinished = facts(['probe.finished'], {
  node: NodeId,
  probe: ProbeId,
  target: z.string().max(MAX_URL),
  result: ProbeResult,
});

const aboutFinding = { node: NodeId.nullable(), network: NetworkId.nullable(), item: ItemId.nullable() };
const FindingRaised = facts(['finding.raised'], { ...aboutFinding, finding: AgentFindingData });
const FindingCleared = facts(['finding.cleared'], { ...aboutFinding, code: AgentFindingCode });

export const AgentFact = z.discriminatedUnion('type', [
  ContainerFact,
  ContainerDied,
  WorkloadFact,
  NodeFact,
  NodeDown,
  MembershipFact,
  InterfaceFact,
  AddressFact,
  RouteFact,
  RouteConflict,
  PathFact,
  PathLost,
  RouterFact,
  HostFact,
  HostEngineDown,
  HostStarted,
  HostSnapshot,
  HistoryGap,
  ItemSettled,
  ItemProgress,
  FindingRaised,
  FindingCleared,
  ProbeProgress,
  ProbeFinished,
]);
export type AgentFact = z.infer<typeof AgentFact>;
export type AgentFactType = AgentFact['type'];

const stamp = {
  /** Position in its epoch, from 1, without a gap. */
  seq: z.int().positive(),
  /** Time by the agent's clock, stored beside the API's and never used for ordering. */
  at: z.iso.datetime().max(MAX_WORD),
};

/** A fact with its place in the agent's history. */
export const AgentEvent = z.intersection(AgentFact, z.object(stamp));
export type AgentEvent = AgentFact & { seq: number; at: string };

/** The first parse of a batch's events, so that one invalid event is quarantined alone. */
export const AnyAgentEvent = z.looseObject({ ...stamp, type: z.string().max(64), data: z.unknown() });
export type AnyAgentEvent = z.infer<typeof AnyAgentEvent>;
