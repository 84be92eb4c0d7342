import { z } from 'zod';
import { ContainerLimits, MAX_ROUTER_PREFIXES, Workload } from './items.js';
import { ItemId, Name, NetworkId, NodeAddress, NodeId } from './ids.js';
import {
  MAX_ADDRESS,
  MAX_ADDRESSES,
  MAX_CAUSE,
  MAX_FIX,
  MAX_LABEL,
  MAX_LABEL_VALUE,
  MAX_LABELS,
  MAX_LISTED,
  MAX_NAME,
  MAX_ROUTES,
  MAX_URL,
  MAX_WORD,
} from './lengths.js';
import { FailureCode } from './outcomes.js';

const Word = z.string().max(MAX_WORD);
const Addresses = z.array(z.string().max(MAX_ADDRESS)).max(MAX_ADDRESSES);

/**
 * One part of an observation: known, or unknown with its cause. Unknown does not mean empty: it never leads to a step or to a
 * "removed" event.
 */
export const unknownPart = z.object({
  known: z.literal(false),
  code: FailureCode,
  cause: z.string().max(MAX_CAUSE),
  /** A fix that is more exact than the one of the code, from the part that could not look. */
  fix: z.string().max(MAX_FIX).optional(),
});
export const part = <T extends z.ZodType>(value: T) =>
  z.discriminatedUnion('known', [z.object({ known: z.literal(true), value }), unknownPart]);
export type Part<T> = { known: true; value: T } | z.infer<typeof unknownPart>;

export const EngineInfo = z.object({
  version: Word.describe('Version of the engine.'),
  apiVersion: Word.describe('Highest version of its API.'),
  os: Word.describe('Operating system of the engine, such as `linux`.'),
  architecture: Word.describe('Architecture of the engine, such as `x86_64`.'),
});
export type EngineInfo = z.infer<typeof EngineInfo>;

export const ContainerState = z
  .enum(['created', 'running', 'paused', 'restarting', 'exited', 'dead'])
  .meta({ id: 'ContainerState', description: 'State of a container, as the engine shows it.' });
export type ContainerState = z.infer<typeof ContainerState>;

/** A managed container as the engine shows it. `ours` is false if it merely has our name or label. */
export const ObservedContainer = z.object({
  item: ItemId,
  node: NodeId,
  name: Name,
  ours: z.boolean(),
  /** Created for this item and changed since, so that it is no longer ours: what differs, in words. */
  differs: z.string().max(MAX_CAUSE).optional(),
  engineId: Word,
  state: ContainerState,
  image: z.string().max(MAX_NAME),
  imageId: Word,
  incarnation: z.int(),
  limits: ContainerLimits,
  startedAt: z.iso.datetime().max(MAX_WORD).nullable(),
  exitCode: z.int().nullable(),
  oomKilled: z.boolean(),
  /** The engine's id of the container whose network namespace it was created for; absent: it has its own. */
  inside: Word.optional(),
  /** It runs in a network namespace that this container no longer has. */
  apart: z.literal(true).optional(),
  /** It was created as a router: its profile turns forwarding on in its network namespace. */
  forwards: z.literal(true).optional(),
});
export type ObservedContainer = z.infer<typeof ObservedContainer>;

const Reason = z.object({ code: FailureCode, cause: z.string().max(MAX_CAUSE), fix: z.string().max(MAX_FIX) });

const hasFewLabels = (labels: object) => Object.keys(labels).length <= MAX_LABELS;

/** A container that is not Orrery's: an attachment names it, or it wears a label for Orrery. Of several with the same name during `compose up`, the running one. */
export const ObservedWorkload = z.object({
  workload: Workload,
  /** Its name in the engine now. */
  name: z.string().max(MAX_NAME),
  engineId: Word,
  state: ContainerState,
  startedAt: z.iso.datetime().max(MAX_WORD).nullable(),
  /** It wears the label `orrery.network`, and `orrery.enable` does not say otherwise. */
  labelled: z.boolean(),
  /** Those of its labels that are for Orrery (`orrery.…`); absent: it wears none. */
  labels: z.record(z.string().max(MAX_LABEL), z.string().max(MAX_LABEL_VALUE)).refine(hasFewLabels).optional(),
  /** How often its restart policy has started it again since somebody last started it. */
  restarts: z.int().nonnegative().optional(),
  /** Why the policy of the host lets nothing be attached to it. */
  denied: Reason.optional(),
  /** Why nothing can be attached to it, whatever its state. */
  unsuitable: Reason.optional(),
});
export type ObservedWorkload = z.infer<typeof ObservedWorkload>;

/**
 * The answer of a zerotier-one to `GET /status`. `online` is optimistic and late (docs/zerotier-facts.md#status): it is shown, but decides nothing.
 * `heard`: whether it has heard from its controller or another node since it was started; absent if unknown.
 */
export const ObservedDaemon = z.object({
  address: NodeAddress,
  version: Word,
  online: z.boolean(),
  /** The UDP port that it could not open; it then has no socket at all (docs/zerotier-facts.md#endpoints). */
  lacksPort: z.int().min(0).max(65_535).optional(),
  heard: z.boolean().optional(),
});
export type ObservedDaemon = z.infer<typeof ObservedDaemon>;

export const MembershipStatus = z
  .enum([
    'REQUESTING_CONFIGURATION',
    'OK',
    'ACCESS_DENIED',
    'NOT_FOUND',
    'PORT_ERROR',
    'CLIENT_TOO_OLD',
    'AUTHENTICATION_REQUIRED',
    'UNKNOWN',
  ])
  .meta({
    id: 'MembershipStatus',
    description: 'Status of a network, as zerotier-one reports it. `UNKNOWN`: one that Orrery does not know.',
  });
export type MembershipStatus = z.infer<typeof MembershipStatus>;

export const ObservedRoute = z
  .object({
    target: z.string().max(MAX_ADDRESS).describe('Prefix that it leads to.'),
    via: z.string().max(MAX_ADDRESS).nullable().describe('Gateway; null: it is on the link itself.'),
  })
  .meta({ id: 'Route', description: 'A route in the kernel.' });
export type ObservedRoute = z.infer<typeof ObservedRoute>;

/** A network of the daemon, as the daemon reports it: `addresses` are what it was assigned, not what the kernel has. */
export const ObservedMembership = z.object({
  network: NetworkId,
  name: z.string().max(MAX_NAME),
  type: z.enum(['PRIVATE', 'PUBLIC']),
  status: MembershipStatus,
  device: Word.nullable(),
  mac: Word,
  mtu: z.int(),
  addresses: Addresses,
  routes: z.array(ObservedRoute).max(MAX_ROUTES),
  bridge: z.boolean(),
  allowManaged: z.boolean(),
  allowGlobal: z.boolean(),
  allowDefault: z.boolean(),
  allowDNS: z.boolean(),
  /** The `allowManaged=` list in networks.d/<id>.local.conf if it can be read; null: no list. */
  allowManagedList: z.array(z.string().max(MAX_ADDRESS)).max(MAX_ADDRESSES).nullable(),
  authenticationUrl: z.string().max(MAX_URL).nullable(),
});
export type ObservedMembership = z.infer<typeof ObservedMembership>;

/** A `zt…` device as the kernel of the node's network namespace shows it: the only truth about interface and address. */
export const ObservedInterface = z.object({
  device: Word,
  up: z.boolean(),
  mac: Word,
  mtu: z.int(),
  addresses: Addresses,
  routes: z.array(ObservedRoute).max(MAX_ROUTES),
});
export type ObservedInterface = z.infer<typeof ObservedInterface>;

/**
 * How the node reaches a peer: direct when a path is active, otherwise relayed. `latencyMs` null is unknown. `endpoint`: where it is
 * reached, as `address/port`; absent if it is relayed, and from agents that do not report it. `silent`: the path is direct, and nothing
 * comes back; zerotier-one keeps such a path for minutes, and uses it. Absent: it answers, or the agent cannot tell.
 */
export const ObservedPeer = z.object({
  address: NodeAddress,
  role: z.enum(['LEAF', 'MOON', 'PLANET']),
  path: z.enum(['direct', 'relayed']),
  latencyMs: z.number().nullable(),
  endpoint: z.string().max(MAX_ADDRESS).optional(),
  silent: z.literal(true).optional(),
});
export type ObservedPeer = z.infer<typeof ObservedPeer>;

/** What a router lets through: from the interface of a network to these prefixes behind its container, and back. */
export const RouterWay = z.object({
  network: NetworkId,
  prefixes: z.array(z.string().max(MAX_ADDRESS)).max(MAX_ROUTER_PREFIXES),
});
export type RouterWay = z.infer<typeof RouterWay>;

/**
 * The network namespace of a container that was created as a router. `ways`: what the agent's table there lets through; null: there is no
 * table, or it is not as the agent wrote it. `peerAnswers`: whether the router that it watches answers it; `lanAnswers`: whether the address
 * that it checks behind it does. Absent: not asked, or not known yet. They are told before the outcome of the item that asks,
 * so one that is known beside an outcome is about its revision. A router of several networks counts as unanswered when none of them answers.
 * `peerNeverAnswered`: it has not answered since this router began to ask it, so the two may never have reached each other.
 */
export const ObservedRouter = z.object({
  forwards: z.boolean(),
  ways: z.array(RouterWay).max(MAX_LISTED).nullable(),
  peerAnswers: z.boolean().optional(),
  peerNeverAnswered: z.literal(true).optional(),
  lanAnswers: z.boolean().optional(),
});
export type ObservedRouter = z.infer<typeof ObservedRouter>;

export const ObservedNode = z.object({
  node: NodeId,
  kind: z.enum(['host', 'container']),
  daemon: part(ObservedDaemon),
  memberships: part(z.array(ObservedMembership).max(MAX_LISTED)),
  interfaces: part(z.array(ObservedInterface).max(MAX_LISTED)),
  peers: part(z.array(ObservedPeer).max(MAX_LISTED)),
  /** Absent: its container is not a router, or does not run. */
  router: part(ObservedRouter).optional(),
});
export type ObservedNode = z.infer<typeof ObservedNode>;

/** A whole observation of a host. A missing node was not looked at; the host's own node is always present. */
export const ObservedState = z.object({
  engine: part(EngineInfo),
  containers: part(z.array(ObservedContainer).max(MAX_LISTED)),
  /** Those that items name, and those that wear a label for Orrery; absent: this agent does not look for any. */
  workloads: part(z.array(ObservedWorkload).max(MAX_LISTED)).optional(),
  nodes: z.array(ObservedNode).max(MAX_LISTED),
});
export type ObservedState = z.infer<typeof ObservedState>;
