import { z } from 'zod';
import { ControllerAsk } from './controllers.js';
import { AnyAgentEvent } from './events/agent-events.js';
import { PlannedStep } from './http/common.js';
import { CallId, Cidr, Epoch, HostId, NodeAddress, NodeId, ProbeId, PublicIdentity } from './ids.js';
import { AnyItem } from './items.js';
import { HostKey } from './join.js';
import { MAX_CAUSE, MAX_LISTED, MAX_LOG, MAX_WORD } from './lengths.js';
import { MAX_PROBE_SECONDS, ProbeTarget } from './probes.js';

/** Version of the wire: the prefix of every subject. */
export const WIRE = 'orrery.v1';

/** All subjects. Agents may use only those with their own ID; the broker enforces it. */
export const subjects = {
  desired: (host: HostId) => `${WIRE}.host.${host}.desired`,
  call: (host: HostId) => `${WIRE}.host.${host}.call`,
  hello: (host: HostId) => `${WIRE}.api.hello.${host}`,
  events: (host: HostId) => `${WIRE}.api.events.${host}`,
  beat: (host: HostId) => `${WIRE}.api.beat.${host}`,
  anyHello: `${WIRE}.api.hello.*`,
  anyEvents: `${WIRE}.api.events.*`,
  anyBeat: `${WIRE}.api.beat.*`,
} as const;

/** Replies to a host go only to its own inbox. */
export const inboxPrefix = (host: HostId | 'api') => `_INBOX.${host}`;

/** The host that one of our subjects names: the only place from which it is ever taken. */
export function hostOf(subject: string): HostId | undefined {
  const [name, version, side, third, fourth] = subject.split('.');
  if (`${name}.${version}` !== WIRE) return undefined;
  return HostId.safeParse(side === 'api' ? fourth : side === 'host' ? third : undefined).data;
}

/** Largest body of any message, in bytes. */
export const MAX_BATCH_BYTES = 256 * 1024;
/** Maximum number of events in one batch. */
export const MAX_BATCH_EVENTS = 500;

/** Maximum characters of a signed body: as many as NATS carries. */
const MAX_STATE_CHARACTERS = 1024 * 1024;

const Word = z.string().max(MAX_WORD);
const Cause = z.string().max(MAX_CAUSE);
const Sha256 = z.string().regex(/^[0-9a-f]{64}$/);

/** A signed message as stored and passed on: exact bytes (UTF-8 text), key ID, base64 Ed25519 signature over subject, LF and body. */
export const SignedMessage = z.object({
  subject: Word,
  body: z.string().max(MAX_STATE_CHARACTERS),
  key: Word,
  signature: Word,
});
export type SignedMessage = z.infer<typeof SignedMessage>;

export const DesiredReply = z.discriminatedUnion('result', [
  z.object({ result: z.literal('accepted'), revision: z.int() }),
  z.object({ result: z.literal('stale'), revision: z.int() }),
  z.object({ result: z.literal('rejected'), cause: Cause }),
]);
export type DesiredReply = z.infer<typeof DesiredReply>;

/** What the agent has stored of its desired state; digest is the SHA-256 of the exact bytes, null before the first state. */
const holds = { revision: z.int().nonnegative(), digest: Sha256.nullable() };

export const Hello = z.object({
  epoch: Epoch,
  agentVersion: z.string().max(64),
  simulated: z.boolean(),
  ...holds,
  /** SHA-256 of the canonical observation. */
  inventory: Sha256,
  journalHead: z.int().nonnegative(),
  /** The agent's clock, for `clock-skew`. */
  at: z.iso.datetime().max(MAX_WORD),
  /** Identities that the agent has pre-generated and that belong to no node. */
  freeIdentities: z.array(NodeAddress).max(64).default([]),
  /** The same ones with their public keys, so that a root can know them before they start. */
  publicIdentities: z.array(PublicIdentity).max(64).optional(),
  /** The prefixes that the host reaches without our networks: those in its routing tables, without default routes. */
  prefixes: z.array(Cidr).max(1000).optional(),
  /** The agent's own newer state, handed back to an API whose database was restored. */
  state: SignedMessage.optional(),
});
export type Hello = z.infer<typeof Hello>;

export const HelloReply = z.discriminatedUnion('result', [
  z.object({
    result: z.literal('welcome'),
    /** The signed desired state, when the agent's is older or differs. */
    desired: SignedMessage.optional(),
    /** Last confirmed event of this epoch; 0 for a new one. */
    cursor: z.int().nonnegative(),
    /** Older epochs of this host that are still open, with their cursors: their unconfirmed events are sent first. */
    openEpochs: z.array(z.object({ epoch: Epoch, cursor: z.int().nonnegative() })),
    heartbeatSeconds: z.number().positive(),
    serverTime: z.iso.datetime(),
    /** The API's record of this host is older than what the agent holds: send `state` with the next hello. */
    wantsState: z.boolean(),
    wantsSnapshot: z.boolean(),
    /** Whether a root learns `publicIdentities` before those nodes start. */
    introduces: z.boolean().optional(),
  }),
  /** `unknown-host`: not joined here or removed; `cloned`: another agent uses the same identity. */
  z.object({ result: z.literal('refused'), code: z.enum(['unknown-host', 'cloned']), cause: z.string() }),
]);
export type HelloReply = z.infer<typeof HelloReply>;

export const EventBatch = z.object({
  epoch: Epoch,
  /** Sequence number of the first event. */
  from: z.int().positive(),
  /** The agent's clock when the batch leaves: it shows how old each event is, even if that clock is wrong. */
  at: z.iso.datetime().max(MAX_WORD).optional(),
  events: z.array(AnyAgentEvent).min(1).max(MAX_BATCH_EVENTS),
});
export type EventBatch = z.infer<typeof EventBatch>;

/** The reply is the commit. `gap`: nothing was stored, continue from the cursor. `fenced`: this epoch is closed forever. */
export const EventBatchReply = z.discriminatedUnion('result', [
  z.object({ result: z.literal('stored'), cursor: z.int().nonnegative(), wantsSnapshot: z.boolean().default(false) }),
  z.object({ result: z.literal('gap'), cursor: z.int().nonnegative() }),
  z.object({ result: z.literal('fenced'), cause: z.string() }),
  z.object({ result: z.literal('busy'), retryAfterMs: z.int().positive() }),
  z.object({ result: z.literal('refused'), cause: z.string() }),
]);
export type EventBatchReply = z.infer<typeof EventBatchReply>;

export const Beat = z.object({
  epoch: Epoch,
  ...holds,
  journalHead: z.int().nonnegative(),
  inventory: Sha256,
  at: z.iso.datetime().max(MAX_WORD),
});
export type Beat = z.infer<typeof Beat>;

const Challenge = z.string().max(100);

/**
 * One-shot operations. `expiresAt` is server time. IDs are journaled first, so each runs at most once. `challenge` is the one that the
 * agent gave with `expired`: a call signed again with it is recent, whatever the clocks say.
 */
export const Call = z.object({
  callId: CallId,
  expiresAt: z.iso.datetime(),
  challenge: Challenge.optional(),
  op: z.discriminatedUnion('op', [
    z.object({ op: z.literal('logs'), node: NodeId, tail: z.int().min(1).max(1000).default(100) }),
    z.object({ op: z.literal('doctor') }),
    /** `?dryRun=true`: the steps that the agent would take if these items were its desired state. Changes nothing. */
    z.object({ op: z.literal('plan'), items: z.array(AnyItem) }),
    /** The host makes a new key and asks the API to accept it in place of the old one. */
    z.object({ op: z.literal('rotate-key') }),
    /** A request to the controller in this node's zerotier-one. */
    z.object({ op: z.literal('controller'), node: NodeId, ask: ControllerAsk }),
    /** What does this node reach? Answered when the probe has begun; its lines and result come as events. */
    z.object({
      op: z.literal('probe'),
      probe: ProbeId,
      node: NodeId,
      target: ProbeTarget,
      timeoutSeconds: z.int().min(1).max(MAX_PROBE_SECONDS),
    }),
  ]),
});
export type Call = z.infer<typeof Call>;

export const CallReply = z.discriminatedUnion('result', [
  z.object({ result: z.literal('ok'), value: z.unknown() }),
  z.object({
    result: z.literal('problem'),
    code: z.enum(['expired', 'unsupported', 'outcome-unknown', 'rejected', 'failed']),
    cause: Cause,
    /** With `expired`: nothing was done, and the same call will run if it is signed again with this. */
    challenge: Challenge.optional(),
  }),
]);
export type CallReply = z.infer<typeof CallReply>;

/** Value of an `ok` reply to `rotate-key`. */
export const RotationResult = z.object({ key: HostKey });
export type RotationResult = z.infer<typeof RotationResult>;
/** Value of an `ok` reply to `probe`. */
export const ProbeBegun = z.object({ probe: ProbeId });
export type ProbeBegun = z.infer<typeof ProbeBegun>;
/** Value of an `ok` reply to `plan`. */
export const PlanResult = z.object({ steps: z.array(PlannedStep).max(MAX_LISTED) });
export type PlanResult = z.infer<typeof PlanResult>;
/** Value of an `ok` reply to `logs`: the last lines as the container wrote them. */
export const LogsResult = z.object({ text: z.string().max(MAX_LOG) });
export type LogsResult = z.infer<typeof LogsResult>;
