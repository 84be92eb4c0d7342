import { z } from 'zod';

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
      .meta({ example: 'orrery host get web-2' })
      .meta({ description: 'The command to run next.', example: 'orrery host get web-2' }),
  })
  .meta({ id: 'Attention', description: 'A problem, and the command to run next.' });
export type Attention = z.infer<typeof Attention>;

/** Maximum number of entries in `attention`, of all hosts and of one of them; texts in it are cut. */
export const MAX_ATTENTION = 100;
export const MAX_ATTENTION_PER_HOST = 10;

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
        waiting: z.int().describe('Managed memberships that wait.'),
        failed: z.int().describe('Managed memberships that failed.'),
        unmanaged: z.int().describe('Memberships that Orrery did not create.'),
        total: z.int().describe('All of them.'),
      })
      .describe('Nodes in networks.'),
    commands: z.object({ unfinished: z.int().describe('Commands that have not ended.') }).describe('Commands.'),
    attention: z
      .array(Attention)
      .describe(
        'Problems: the first entry of each host comes before the second of any; at most 10 of one host and 100 in all.',
      ),
    attentionTotal: z
      .object({
        error: z.int().describe('Errors.'),
        warning: z.int().describe('Warnings.'),
        info: z.int().describe('Notes.'),
      })
      .optional()
      .describe('How many entries there are, shown or not; left out by an older API.'),
  })
  .meta({ id: 'Status', description: 'Counts, then only problems, the worst first.' });
export type Status = z.infer<typeof Status>;
