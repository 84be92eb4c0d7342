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

/** Answer of `GET /v1/status`: counts, then only what is not fine, the worst first. */
export const Status = z
  .object({
    /** `simulated` counts hosts of any presence; the other four add up to all hosts. */
    hosts: z.object({ online: z.int(), unreachable: z.int(), joined: z.int(), unknown: z.int(), simulated: z.int() }),
    containers: z.object({ running: z.int(), total: z.int() }),
    memberships: z.object({ ok: z.int(), waiting: z.int(), failed: z.int(), unmanaged: z.int(), total: z.int() }),
    commands: z.object({ unfinished: z.int() }),
    attention: z.array(Attention),
  })
  .meta({ id: 'Status' });
export type Status = z.infer<typeof Status>;
