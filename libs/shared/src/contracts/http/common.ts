import { z } from 'zod';
import { MAX_CAUSE, MAX_NAME, MAX_WORD } from '../lengths.js';
import { HostId, Name } from '../ids.js';
import { Outcome } from '../outcomes.js';
import { FixCommand, See } from '../problems.js';

export const page = <T extends z.ZodType>(item: T, id: string) =>
  z
    .object({
      items: z.array(item).describe('The entries of this page.'),
      next: z.string().nullable().describe('Cursor of the next page, for `?after=`; null on the last page.'),
    })
    .meta({ id, description: 'One page of a list.' });

/**
 * A number in a query, in decimal digits only: `0x10` and `1e2` are refused, with what was probably meant. The default is given here as
 * well, because the default of a schema with a transform does not appear in the document.
 */
export const wholeInQuery = (least: number, most: number, otherwise?: number) =>
  z.preprocess(
    (value, { issues }) => {
      const text = String(value);
      if (/^-?\d{1,15}$/.test(text)) return Number(text);
      const near = text.trim() === '' ? Number.NaN : Math.min(most, Math.max(least, Math.round(Number(text))));
      const meant = Number.isNaN(near) ? '' : `; did you mean ${near}?`;
      issues.push({ code: 'custom', input: value, message: `must be a whole number in decimal digits${meant}` });
      return value;
    },
    z
      .int()
      .min(least)
      .max(most)
      .meta(otherwise === undefined ? {} : { default: otherwise }),
  );

export const PageQuery = z.strictObject({
  limit: wholeInQuery(1, 500, 100).default(100).meta({ description: 'Entries on a page, at most.', example: 50 }),
  after: z.string().max(512).optional().meta({
    description: 'The `next` of the previous page. Left out: the first page.',
    example: 'eyJuYW1lIjoid2ViLTEifQ',
  }),
});
export type PageQuery = z.infer<typeof PageQuery>;

/** `q` of a list: a part of what people call its entries. */
export const searchIn = (what: string) =>
  z
    .string()
    .min(1)
    .max(100)
    .optional()
    .meta({ description: `Only those with this text in ${what}, in upper or lower case.`, example: 'web' });

/** `sort` of a list: one of its columns, with `-` before it for the other direction. The first is the usual order. */
export const sortBy = <const Column extends string>(usual: Column, ...others: Column[]) => {
  const columns = [usual, ...others];
  return z
    .enum([...columns, ...columns.map((column) => `-${column}` as const)])
    .optional()
    .meta({
      description: `Column by which the list is sorted, with \`-\` before it for descending order; left out: \`${usual}\`. Entries that are equal in it are in the usual order.`,
      example: `-${others[0] ?? usual}`,
    });
};

/** `attention` of a list: what the topology does not show as fine. */
export const attentionOf = (entries: string) =>
  z
    .enum(['true', 'false'])
    .optional()
    .meta({
      description: `True: only ${entries} that need attention, which \`GET /v1/topology\` shows in any state but \`fine\`. False: only the others.`,
      example: true,
    });

export const HostRef = z
  .object({ id: HostId.describe('Id of the host.'), name: Name.describe('Name of the host; it can change.') })
  .meta({ id: 'HostRef', description: 'A host, by id and current name.' });
export type HostRef = z.infer<typeof HostRef>;

const [done, waiting, failed] = Outcome.options;
const see = See.optional().describe(
  'The request that does what the fix says, or shows more; left out if there is none.',
);

export const FixCommands = z
  .array(FixCommand)
  .default([])
  .describe('Commands that carry out the fix, in order; empty if only a person can act, as the fix says.');

/** The API derives `see` and `commands` from the code, never from a host's report. */
export const ShownOutcome = z
  .discriminatedUnion('kind', [
    done,
    waiting.extend({ see, commands: FixCommands }),
    failed.extend({ see, commands: FixCommands }),
  ])
  .meta({ id: 'ShownOutcome', description: 'How an item stands at a revision.' });
export type ShownOutcome = z.infer<typeof ShownOutcome>;

/** A reference as people write it: an ID, a name, or an address, resolved by the API. */
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

/** One field of a change: its value now and its value afterwards. */
export const PlannedField = z
  .object({
    field: z.string().meta({ description: 'Name of the field, with dots for nested ones', example: 'labels.site' }),
    is: z.unknown().meta({ description: 'Value now; null if there is none' }),
    becomes: z.unknown().meta({ description: 'Value after the change; null if there is none' }),
  })
  .meta({ id: 'PlannedField', description: 'One field that a change would alter.' });
export type PlannedField = z.infer<typeof PlannedField>;

/** One thing that a change would create, change or delete. */
export const PlannedChange = z
  .object({
    noun: z
      .enum([
        'host',
        'container',
        'membership',
        'network',
        'route',
        'router',
        'admission',
        'controller',
        'token',
        'join-token',
        'command',
        'probe',
      ])
      .meta({ description: 'What kind of thing it is' }),
    name: z.string().meta({ description: 'Its name, or the next best way to refer to it', example: 'web-1/edge' }),
    action: z.enum(['create', 'change', 'delete']).meta({ description: 'What would happen to it' }),
    fields: z.array(PlannedField).meta({ description: 'The fields that would differ' }),
  })
  .meta({ id: 'PlannedChange', description: 'One thing that a change would create, change or delete.' });
export type PlannedChange = z.infer<typeof PlannedChange>;

export const DryRun = z
  .object({
    dryRun: z
      .literal(true)
      .describe('Always true: nothing was changed. It distinguishes this answer from the real one.'),
    changes: z.array(PlannedChange).default([]).describe('What the change would create, change or delete in Orrery.'),
    hosts: z
      .array(
        z.object({
          host: HostRef.describe('The host.'),
          steps: z
            .array(PlannedStep)
            .nullable()
            .describe(
              'Steps that its agent would take because of this change, in order. Null: the host is unreachable or did not answer in time; it plans when it is back.',
            ),
        }),
      )
      .describe('Each host whose desired state would change.'),
  })
  .meta({ id: 'DryRun', description: 'What a change would do. Nothing was changed.' });
export type DryRun = z.infer<typeof DryRun>;
