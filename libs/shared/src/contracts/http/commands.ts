import { z } from 'zod';
import { duration } from '../durations.js';
import { CommandId, ContainerId, ItemId, Name, NetworkId, NodeId } from '../ids.js';
import { MembershipSettingsChange } from '../items.js';
import { Outcome, Stage } from '../outcomes.js';
import { HostRef, page, PageQuery, Reference, Timestamp } from './common.js';
import { ContainerSpec } from './containers.js';

export const CommandAction = z
  .enum(['launch', 'replace', 'restart', 'remove', 'join', 'leave', 'adopt', 'release'])
  .meta({ id: 'CommandAction' });
export type CommandAction = z.infer<typeof CommandAction>;

/** queued (host away) → delivered → waiting ⇄ … → done | failed | cancelled | superseded. The last four are final. */
export const CommandState = z
  .enum(['queued', 'delivered', 'waiting', 'done', 'failed', 'cancelled', 'superseded'])
  .meta({ id: 'CommandState' });
export type CommandState = z.infer<typeof CommandState>;
export const isFinal = (state: CommandState) => ['done', 'failed', 'cancelled', 'superseded'].includes(state);

export const CommandStage = z
  .object({
    stage: Stage,
    detail: z.string(),
    at: Timestamp,
    /** Milliseconds since the command was accepted. */ ms: z.int(),
  })
  .meta({ id: 'CommandStage' });
export type CommandStage = z.infer<typeof CommandStage>;

export const Command = z
  .object({
    id: CommandId,
    action: CommandAction,
    host: HostRef,
    simulated: z.boolean(),
    /** For people: `demo on web-1`, `web-1 in 8056c2e21c000001`. */
    target: z.string(),
    container: ContainerId.nullable(),
    node: NodeId.nullable(),
    networks: z.array(NetworkId),
    /** Commands of one fan-out share it. */
    group: CommandId.nullable(),
    revision: z.int(),
    state: CommandState,
    items: z.array(z.object({ item: ItemId, outcome: Outcome.nullable() })),
    /** The worst outcome of its items so far. */
    outcome: Outcome.nullable(),
    stages: z.array(CommandStage),
    by: z.string(),
    createdAt: Timestamp,
    deliveredAt: Timestamp.nullable(),
    endedAt: Timestamp.nullable(),
  })
  .meta({ id: 'Command' });
export type Command = z.infer<typeof Command>;
export const CommandPage = page(Command, 'CommandPage');
export type CommandPage = z.infer<typeof CommandPage>;

export const CommandQuery = PageQuery.extend({
  host: Reference.optional(),
  state: CommandState.optional(),
  group: CommandId.optional(),
});
export type CommandQuery = z.infer<typeof CommandQuery>;

/**
 * `GET /v1/commands/{id}?wait=30s&seen=4`: answers when the command has ended, or has more than `seen` stages, or at the
 * time-out (at most 60 s), always with the command as it then is.
 */
export const CommandWaitQuery = z.strictObject({
  wait: duration(0, 60).optional(),
  seen: z.coerce.number().int().min(0).optional(),
  state: CommandState.optional().meta({ description: 'the state already seen: any other answers at once' }),
});
export type CommandWaitQuery = z.infer<typeof CommandWaitQuery>;

/** Body of `POST /v1/commands`: one command for every host that the selector matches, all or none. */
export const FanOut = z
  .strictObject({
    selector: z.string().min(1).max(1000),
    command: z.discriminatedUnion('action', [
      z.strictObject({ action: z.literal('launch'), name: Name, spec: ContainerSpec }),
      z.strictObject({ action: z.literal('restart'), container: Name }),
      z.strictObject({ action: z.literal('remove'), container: Name }),
      z.strictObject({
        action: z.literal('join'),
        network: Reference,
        container: Name.optional(),
        settings: MembershipSettingsChange.optional(),
      }),
      z.strictObject({ action: z.literal('leave'), network: Reference, container: Name.optional() }),
    ]),
    /** Must be the number of hosts that match, when more than one: a guard against a selector wider than meant. */
    confirm: z.int().positive().optional(),
  })
  .meta({ id: 'FanOut' });
export type FanOut = z.infer<typeof FanOut>;

/** Answer 202 of every change: the command that was made, or several of a fan-out. */
export const Accepted = z.object({ command: Command }).meta({ id: 'Accepted' });
export type Accepted = z.infer<typeof Accepted>;
export const AcceptedGroup = z.object({ group: CommandId, commands: z.array(Command) }).meta({ id: 'AcceptedGroup' });
export type AcceptedGroup = z.infer<typeof AcceptedGroup>;
