import { z } from 'zod';
import { duration } from '../durations.js';
import { CommandId, ContainerId, ItemId, Name, NetworkId, NodeId } from '../ids.js';
import { MembershipSettingsChange } from '../items.js';
import { Stage } from '../outcomes.js';
import { HostRef, page, PageQuery, Reference, searchIn, ShownOutcome, Timestamp, wholeInQuery } from './common.js';
import { ContainerSpec } from './containers.js';

export const CommandAction = z
  .enum(['launch', 'replace', 'restart', 'remove', 'join', 'leave', 'adopt', 'release', 'route', 'unroute'])
  .meta({ id: 'CommandAction', description: 'What a command does.' });
export type CommandAction = z.infer<typeof CommandAction>;

export const CommandState = z
  .enum(['queued', 'delivered', 'waiting', 'done', 'failed', 'cancelled', 'superseded'])
  .meta({
    id: 'CommandState',
    description:
      '`queued` (the host is unreachable), `delivered`, `waiting` (see `outcome`), then one of the final states `done`, `failed`, `cancelled`, `superseded`.',
  });
export type CommandState = z.infer<typeof CommandState>;
export const isFinal = (state: CommandState) => ['done', 'failed', 'cancelled', 'superseded'].includes(state);

export const CommandStage = z
  .object({
    stage: Stage.describe('The stage.'),
    detail: z.string().describe('What happened, for people; may be empty.'),
    at: Timestamp.describe('When it was reached.'),
    ms: z.int().describe('Milliseconds since the command was accepted.'),
  })
  .meta({ id: 'CommandStage', description: 'A visible stage of a command.' });
export type CommandStage = z.infer<typeof CommandStage>;

export const Command = z
  .object({
    id: CommandId.describe('Id of the command.'),
    action: CommandAction.describe('What it does.'),
    host: HostRef.describe('The host that carries it out.'),
    simulated: z.boolean().describe('True for a host that only simulates its engine and its zerotier-one.'),
    target: z.string().describe('What it is about, for people: `demo on web-1`, `web-1 in 8056c2e21c000001`.'),
    container: ContainerId.nullable().describe('Id of the container; null if it is not about one.'),
    node: NodeId.nullable().describe('Id of the node; null if it is not about one.'),
    networks: z.array(NetworkId).describe('IDs of the networks that it is about.'),
    group: CommandId.nullable().describe(
      'Shared by all commands of one `POST /v1/commands`; null for a single command.',
    ),
    revision: z.int().describe('Revision of the host’s desired state that holds the change.'),
    state: CommandState.describe('How far it is.'),
    items: z
      .array(
        z.object({
          item: ItemId.describe('Id of the item.'),
          outcome: ShownOutcome.nullable().describe('How the item stands; null: the host has not reported it yet.'),
        }),
      )
      .describe('The items that it changed, and how each stands.'),
    outcome: ShownOutcome.nullable().describe('The worst outcome of its items so far; null: none was reported yet.'),
    stages: z.array(CommandStage).describe('Stages so far, in order.'),
    by: z.string().describe('Name of the API token that requested it.'),
    createdAt: Timestamp.describe('When it was accepted.'),
    deliveredAt: Timestamp.nullable().describe('When its host had it; null: not yet.'),
    endedAt: Timestamp.nullable().describe('When it reached a final state; null: it has not.'),
  })
  .meta({
    id: 'Command',
    description:
      'A requested change, tracked to its end. Its end is final, but says nothing about the item: that stays desired and is retried.',
  });
export type Command = z.infer<typeof Command>;
export const CommandPage = page(Command, 'CommandPage');
export type CommandPage = z.infer<typeof CommandPage>;

export const CommandQuery = PageQuery.extend({
  q: searchIn('ACTION TARGET, the name of the host, or who asked for it'),
  host: Reference.optional().meta({ description: 'Only commands of this host: its name or id.', example: 'web-1' }),
  state: CommandState.optional().meta({ description: 'Only commands in this state.', example: 'waiting' }),
  group: CommandId.optional().meta({
    description: 'Only commands of this group: the `group` that `POST /v1/commands` answered.',
    example: 'cmd_k3v7m2q5x4abcdefghij',
  }),
});
export type CommandQuery = z.infer<typeof CommandQuery>;

/**
 * `GET /v1/commands/{id}?wait=30s&seen=4`: answers when the command has ended, has more than `seen` stages, or at the timeout (at most
 * 60 s), always with the current state of the command.
 */
export const CommandWaitQuery = z.strictObject({
  wait: duration(0, 60).optional().meta({
    description:
      'Wait for news up to this long, such as `30s`, at most `60s`. The answer comes as soon as the command ends or has news, and at the latest then. Without it: at once.',
    example: '30s',
  }),
  seen: wholeInQuery(0, Number.MAX_SAFE_INTEGER)
    .optional()
    .meta({ description: 'Number of stages that you have seen: more of them are news.', example: 4 }),
  state: CommandState.optional().meta({
    description: 'State that you have seen: any other is news.',
    example: 'queued',
  }),
});
export type CommandWaitQuery = z.infer<typeof CommandWaitQuery>;

export const FanOut = z
  .strictObject({
    selector: z
      .string()
      .min(1)
      .max(1000)
      .describe(
        'Label selector of hosts: terms `key=value`, `key!=value`, `key` or `!key`, with commas between them. All must hold.',
      ),
    command: z
      .discriminatedUnion('action', [
        z.strictObject({
          action: z.literal('launch').describe('Launch a container.'),
          name: Name.describe('Name of the container, unique on its host.'),
          spec: ContainerSpec.describe('What the container should be.'),
        }),
        z.strictObject({
          action: z.literal('restart').describe('Restart a container.'),
          container: Name.describe('Name of the container.'),
        }),
        z.strictObject({
          action: z.literal('remove').describe('Remove a container.'),
          container: Name.describe('Name of the container.'),
        }),
        z.strictObject({
          action: z.literal('join').describe('Join a node to a network.'),
          network: Reference.describe('The network: its 16-digit ID or its name.'),
          container: Name.optional().describe(
            'Name of the container whose node joins; left out: the host’s own daemon.',
          ),
          settings: MembershipSettingsChange.optional().describe(
            'Settings to change; those left out stay, or take their defaults in a new membership.',
          ),
        }),
        z.strictObject({
          action: z.literal('leave').describe('Leave a network.'),
          network: Reference.describe('The network: its 16-digit ID or its name.'),
          container: Name.optional().describe(
            'Name of the container whose node leaves; left out: the host’s own daemon.',
          ),
        }),
      ])
      .describe('What each host should do.'),
    confirm: z
      .int()
      .positive()
      .optional()
      .describe(
        'Number of hosts that must match, required for more than one: it guards against a selector that is wider than you meant.',
      ),
  })
  .meta({ id: 'FanOut', description: 'One command for every host that the selector matches: for all or for none.' });
export type FanOut = z.infer<typeof FanOut>;

export const Accepted = z
  .object({ command: Command.describe('The command.') })
  .meta({ id: 'Accepted', description: 'Answer 202 of a change: the command to watch.' });
export type Accepted = z.infer<typeof Accepted>;
export const AcceptedGroup = z
  .object({
    group: CommandId.describe('Id that these commands share.'),
    commands: z.array(Command).describe('The commands, one for each host.'),
  })
  .meta({ id: 'AcceptedGroup', description: 'Answer 202 of `POST /v1/commands`: one command for each host.' });
export type AcceptedGroup = z.infer<typeof AcceptedGroup>;
