import { z } from 'zod';

export const Version = z
  .object({ name: z.literal('orrery'), version: z.string(), wire: z.string(), store: z.string() })
  .meta({ id: 'Version' });
export type Version = z.infer<typeof Version>;

export const Readiness = z
  .object({
    ready: z.boolean(),
    checks: z.record(z.string(), z.object({ ok: z.boolean(), cause: z.string().optional() })),
  })
  .meta({ id: 'Readiness' });
export type Readiness = z.infer<typeof Readiness>;

export const Liveness = z.object({ alive: z.literal(true) }).meta({ id: 'Liveness' });
export type Liveness = z.infer<typeof Liveness>;
