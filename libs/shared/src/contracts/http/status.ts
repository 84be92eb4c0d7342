import { z } from 'zod';

/** One thing that is not fine, and the command to type next. */
export const Attention = z
  .object({
    severity: z.enum(['info', 'warning', 'error']),
    what: z.string().meta({ example: 'web-2 is unreachable' }),
    cause: z.string().meta({ example: 'no heartbeat for 40 s' }),
    next: z.string().meta({ example: 'orrery host get web-2' }),
  })
  .meta({ id: 'Attention' });
export type Attention = z.infer<typeof Attention>;

/** Most that `attention` has, of all hosts and of one of them; texts in it are cut. */
export const MAX_ATTENTION = 100;
export const MAX_ATTENTION_PER_HOST = 10;

/** Answer of `GET /v1/status`: counts, then only what is not fine, the worst first. */
export const Status = z
  .object({
    /** `simulated` counts hosts of any presence; the other four add up to all hosts. */
    hosts: z.object({ online: z.int(), unreachable: z.int(), joined: z.int(), unknown: z.int(), simulated: z.int() }),
    containers: z.object({ running: z.int(), total: z.int() }),
    memberships: z.object({ ok: z.int(), waiting: z.int(), failed: z.int(), unmanaged: z.int(), total: z.int() }),
    commands: z.object({ unfinished: z.int() }),
    /** The first of each host come before the second of any. */
    attention: z.array(Attention),
    /** How much there is in all, shown or not; left out by an API that does not count it yet. */
    attentionTotal: z.object({ error: z.int(), warning: z.int(), info: z.int() }).optional(),
  })
  .meta({ id: 'Status' });
export type Status = z.infer<typeof Status>;
