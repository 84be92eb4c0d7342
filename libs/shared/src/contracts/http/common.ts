import { z } from 'zod';
import { MAX_CAUSE, MAX_NAME, MAX_WORD } from '../lengths.js';
import { HostId, Name } from '../ids.js';

export const page = <T extends z.ZodType>(item: T, id: string) =>
  z
    .object({
      items: z.array(item).describe('The entries of this page.'),
      next: z.string().nullable().describe('Cursor of the next page, for `?after=`; null on the last page.'),
    })
    .meta({ id, description: 'One page of a list.' });

export const PageQuery = z.strictObject({
  limit: z.coerce
    .number()
    .int()
    .min(1)
    .max(500)
    .default(100)
    .meta({ description: 'Entries on a page, at most.', example: 50 }),
  after: z.string().max(512).optional().meta({
    description: 'The `next` of the page before; left out: the first page.',
    example: 'eyJuYW1lIjoid2ViLTEifQ',
  }),
});
export type PageQuery = z.infer<typeof PageQuery>;

export const HostRef = z
  .object({ id: HostId.describe('Id of the host.'), name: Name.describe('Name of the host; it can change.') })
  .meta({ id: 'HostRef', description: 'A host, by id and current name.' });
export type HostRef = z.infer<typeof HostRef>;

/** A reference as people write it: an id, a name, an address; resolved by the API. */
export const Reference = z.string().min(1).max(128);

export const Timestamp = z.iso.datetime({ offset: true }).meta({ description: 'ISO 8601, UTC' });

/** Query booleans: `?dryRun=true`. */
export const Flag = z
  .enum(['true', 'false'])
  .default('false')
  .transform((value) => value === 'true');

export const DryRunQuery = z.strictObject({
  dryRun: Flag.meta({ description: 'True: change nothing, and answer with what would be done.', example: true }),
});
export type DryRunQuery = z.infer<typeof DryRunQuery>;

export const PlannedStep = z
  .object({
    step: z.string().max(MAX_WORD).describe('Kind of step, such as `create-container` or `join-network`.'),
    target: z.string().max(MAX_NAME).describe('What the step acts on.'),
    detail: z.string().max(MAX_CAUSE).describe('The step in words, for people.'),
  })
  .meta({
    id: 'PlannedStep',
    description: 'One step that the agent would take, planned on what its host last observed.',
  });
export type PlannedStep = z.infer<typeof PlannedStep>;

export const DryRun = z
  .object({
    dryRun: z.literal(true).describe('Always true: it tells this answer from the real one.'),
    hosts: z
      .array(
        z.object({
          host: HostRef.describe('The host.'),
          steps: z
            .array(PlannedStep)
            .nullable()
            .describe(
              'Steps that its agent would take, in order. Null: the host is away or did not answer in time; it plans when it is back.',
            ),
        }),
      )
      .describe('Each host whose desired state would change.'),
  })
  .meta({ id: 'DryRun', description: 'What a change would do. Nothing was changed.' });
export type DryRun = z.infer<typeof DryRun>;
