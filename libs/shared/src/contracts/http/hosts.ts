import { z } from 'zod';
import { HostId, Name, NodeId } from '../ids.js';
import { Labels } from '../labels.js';
import { EngineInfo } from '../observed.js';
import { attentionOf, page, PageQuery, searchIn, sortBy, Timestamp } from './common.js';

export const Presence = z.enum(['joined', 'online', 'unreachable', 'unknown']).meta({
  id: 'Presence',
  description:
    '`joined`: not heard from since it joined. `online`: its heartbeats arrive. `unreachable`: three heartbeats were missed. `unknown`: the API cannot judge now, because its own link is not healthy.',
});
export type Presence = z.infer<typeof Presence>;

export const Host = z
  .object({
    id: HostId.describe('Id of the host; it never changes.'),
    name: Name.describe('Unique name; it can change.'),
    labels: Labels.describe('Labels, for selectors.'),
    simulated: z.boolean().describe('True for a host that only simulates its engine and its zerotier-one.'),
    presence: Presence.describe('Whether the host is heard from.'),
    paused: z
      .boolean()
      .default(false)
      .describe('True: its agent observes and reports, but changes nothing until the host is resumed.'),
    revokedAt: Timestamp.nullable().default(null).describe('When its key was revoked; null: its key is valid.'),
    ephemeral: z.string().nullable().default(null).meta({
      description: 'Time after which the host is removed if it is unreachable, such as `24h`; null: it stays.',
      example: '24h',
    }),
    lastSeenAt: Timestamp.nullable().describe(
      'When the host was last heard from. While it is online, this may be up to six heartbeats old. null: not since it joined.',
    ),
    agentVersion: z.string().nullable().describe('Version of its agent; null until the agent has reported it.'),
    engine: z
      .union([
        EngineInfo.extend({ state: z.literal('up').describe('The engine answers.') }),
        z.object({
          state: z.literal('unknown').describe('The engine could not be asked.'),
          cause: z.string().describe('Why it could not be asked.'),
        }),
      ])
      .nullable()
      .describe('Its Docker Engine; null until the agent reported it.'),
    node: NodeId.describe('Id of the node that is the host’s own daemon.'),
    revision: z.int().describe('Revision of its desired state.'),
    heldRevision: z.int().describe('Revision that its agent last reported.'),
    createdAt: Timestamp.describe('When the host joined.'),
    version: z.int().describe('Version of name and labels; also the ETag, for If-Match.'),
  })
  .meta({ id: 'Host', description: 'A machine with an agent.' });
export type Host = z.infer<typeof Host>;
export const HostPage = page(Host, 'HostPage');
export type HostPage = z.infer<typeof HostPage>;

export const HostQuery = PageQuery.extend({
  q: searchIn('the name, or in the ZeroTier address of its own node'),
  sort: sortBy('name', 'presence', 'lastSeenAt', 'createdAt'),
  selector: z.string().max(1000).optional().meta({
    description:
      'Only hosts with matching labels: terms `key=value`, `key!=value`, `key` or `!key`, with commas between them. All must hold.',
    example: 'site=cloud,tier!=db',
  }),
  attention: attentionOf('hosts'),
  presence: Presence.optional().meta({ description: 'Only hosts of this presence.', example: 'online' }),
});
export type HostQuery = z.infer<typeof HostQuery>;

export const HostPatch = z
  .strictObject({
    name: Name.optional().describe('New name.'),
    labels: Labels.optional().describe('The new labels, all of them: others are removed.'),
    setLabels: z
      .record(z.string(), z.string().nullable())
      .optional()
      .describe('Labels to set; a key with null is removed, others stay.'),
  })
  .refine((patch) => Object.keys(patch).length > 0, 'nothing to change: give name, labels or setLabels')
  .meta({ id: 'HostPatch', description: 'A change of name or labels. Anything left out stays as it is.' });
export type HostPatch = z.infer<typeof HostPatch>;
