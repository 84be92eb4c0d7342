import { z } from 'zod';

export const Version = z
  .object({
    name: z.literal('orrery').describe('Always `orrery`.'),
    version: z.string().describe('Version of the API.'),
    wire: z.string().describe('Version of the protocol between API and agents.'),
    store: z
      .string()
      .describe('Id of the database’s history: it is part of event ids and changes when the database is recreated.'),
  })
  .meta({ id: 'Version', description: 'Which Orrery this is.' });
export type Version = z.infer<typeof Version>;

export const Readiness = z
  .object({
    ready: z.boolean().describe('True if all checks pass.'),
    checks: z
      .record(
        z.string(),
        z.object({
          ok: z.boolean().describe('Whether it passes.'),
          cause: z.string().optional().describe('Why it does not; left out if it does.'),
        }),
      )
      .describe('Each check by name: database, migrations, NATS.'),
  })
  .meta({ id: 'Readiness', description: 'Whether the API can do its work.' });
export type Readiness = z.infer<typeof Readiness>;

export const Liveness = z
  .object({ alive: z.literal(true).describe('Always true.') })
  .meta({ id: 'Liveness', description: 'The process is alive.' });
export type Liveness = z.infer<typeof Liveness>;
