import { z } from 'zod';
import { NetworkId } from '../ids.js';
import { HostRef } from './common.js';
import { ControllerRef } from './controllers.js';
import { NodeRef } from './nodes.js';

const AttentionAbout = z
  .object({
    kind: z
      .enum(['host', 'node', 'membership', 'network', 'controller', 'orrery'])
      .describe('What it is about. `orrery`: the installation as a whole, or several hosts.'),
    host: HostRef.optional().describe('The host; left out if it is about none, or several.'),
    node: NodeRef.optional().describe('The node; left out if it is about none, or several.'),
    network: z
      .object({
        id: NetworkId.describe('ZeroTier network ID.'),
        name: z.string().nullable().describe('Name of the network; null if it has none.'),
      })
      .optional()
      .describe('The network; left out if it is about none.'),
    controller: ControllerRef.optional().describe('The controller; left out if it is about none.'),
  })
  .meta({ id: 'AttentionAbout', description: 'What a problem is about, by id and current name.' });
export type AttentionAbout = z.infer<typeof AttentionAbout>;

export const Attention = z
  .object({
    severity: z
      .enum(['info', 'warning', 'error'])
      .describe('How bad it is. `error`: something that is desired does not work.'),
    what: z
      .string()
      .meta({ example: 'web-2 is unreachable' })
      .meta({ description: 'What the problem is.', example: 'web-2 is unreachable' }),
    cause: z
      .string()
      .meta({ example: 'no heartbeat for 40 s' })
      .meta({ description: 'Why, as far as it is known.', example: 'no heartbeat for 40 s' }),
    next: z
      .string()
      .meta({ example: 'orrery explain web-2' })
      .meta({ description: 'The command to run next.', example: 'orrery explain web-2' }),
    code: z
      .string()
      .optional()
      .meta({ description: 'Its code, which docs/errors.md explains; left out if it has none.', example: 'host-away' }),
    count: z.int().optional().describe('How many problems with the same cause this entry stands for; left out: one.'),
    about: AttentionAbout.optional().describe('What it is about; left out by an older API.'),
  })
  .meta({ id: 'Attention', description: 'A problem, and the command to run next.' });
export type Attention = z.infer<typeof Attention>;

/** Maximum number of entries in `attention`, of all hosts and of one of them; texts in it are cut. */
export const MAX_ATTENTION = 100;
export const MAX_ATTENTION_PER_HOST = 10;
/** So many problems with one cause are one entry. */
export const LEAST_GROUP = 3;

export const Status = z
  .object({
    hosts: z
      .object({
        online: z.int().describe('Hosts that are heard from.'),
        unreachable: z.int().describe('Hosts that are not heard from.'),
        joined: z.int().describe('Hosts that were not heard from since they joined.'),
        unknown: z.int().describe('Hosts that the API cannot judge now.'),
        simulated: z.int().describe('Simulated hosts, of any presence.'),
      })
      .describe('Hosts by presence. `simulated` counts hosts of any presence; the other four add up to all hosts.'),
    containers: z
      .object({
        running: z.int().describe('Those that the engine shows running.'),
        total: z.int().describe('All of them.'),
      })
      .describe('Containers that Orrery manages.'),
    memberships: z
      .object({
        ok: z.int().describe('Managed memberships that are done.'),
        waiting: z.int().describe('Managed memberships that wait, without those that somebody denied.'),
        denied: z
          .int()
          .optional()
          .describe('Managed memberships that somebody denied: they wait for nobody. Left out by an older API.'),
        failed: z.int().describe('Managed memberships that failed.'),
        unmanaged: z.int().describe('Memberships that Orrery did not create.'),
        total: z.int().describe('All of them.'),
      })
      .describe('Nodes in networks.'),
    attachments: z
      .object({
        waiting: z.int().describe('Attachments whose workload is not there, does not run or is paused.'),
        memberships: z.int().describe('Memberships that wait for the same; `memberships.waiting` includes them.'),
      })
      .optional()
      .describe('What waits for a workload, whether a person or a label attached it. Left out by an older API.'),
    commands: z.object({ unfinished: z.int().describe('Commands that have not ended.') }).describe('Commands.'),
    attention: z
      .array(Attention)
      .describe(
        'Problems, those with one cause in one entry: the first entry of each host comes before the second of any; at most 10 of one host and 100 in all.',
      ),
    attentionTotal: z
      .object({
        error: z.int().describe('Errors.'),
        warning: z.int().describe('Warnings.'),
        info: z.int().describe('Notes.'),
      })
      .optional()
      .describe('How many problems there are, shown or not; left out by an older API.'),
  })
  .meta({ id: 'Status', description: 'Counts, then only problems, the worst first.' });
export type Status = z.infer<typeof Status>;
