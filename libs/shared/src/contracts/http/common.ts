import { z } from 'zod';
import { MAX_CAUSE, MAX_NAME, MAX_WORD } from '../lengths.js';
import { HostId, Name } from '../ids.js';

/** A page: `next` is an opaque cursor for `?after=`, null on the last page. */
export const page = <T extends z.ZodType>(item: T, id: string) =>
  z.object({ items: z.array(item), next: z.string().nullable() }).meta({ id });

/**
 * A number in a query, in decimal digits alone: `0x10` and `1e2` are refused, with what was probably meant. The default is said within, for
 * that of a schema which transforms does not get into the document.
 */
export const wholeInQuery = (least: number, most: number, otherwise?: number) =>
  z.preprocess(
    (value, { issues }) => {
      const text = String(value);
      if (/^-?\d{1,15}$/.test(text)) return Number(text);
      const near = text.trim() === '' ? Number.NaN : Math.min(most, Math.max(least, Math.round(Number(text))));
      const meant = Number.isNaN(near) ? '' : `; did you mean ${near}?`;
      issues.push({ code: 'custom', input: value, message: `has to be a whole number in decimal digits${meant}` });
      return value;
    },
    z
      .int()
      .min(least)
      .max(most)
      .meta(otherwise === undefined ? {} : { default: otherwise }),
  );

export const PageQuery = z.strictObject({
  limit: wholeInQuery(1, 500, 100).default(100),
  after: z.string().max(512).optional(),
});
export type PageQuery = z.infer<typeof PageQuery>;

export const HostRef = z.object({ id: HostId, name: Name }).meta({ id: 'HostRef' });
export type HostRef = z.infer<typeof HostRef>;

/** A reference as people write it: an id, a name, an address; resolved by the API. */
export const Reference = z.string().min(1).max(128);

export const Timestamp = z.iso.datetime({ offset: true }).meta({ description: 'ISO 8601, UTC' });

/** Query booleans: `?dryRun=true`. */
export const Flag = z
  .enum(['true', 'false'])
  .default('false')
  .transform((value) => value === 'true');

export const DryRunQuery = z.strictObject({ dryRun: Flag });
export type DryRunQuery = z.infer<typeof DryRunQuery>;

/** One thing that the agent would do, and whether it was planned on what the host last reported. */
export const PlannedStep = z
  .object({ step: z.string().max(MAX_WORD), target: z.string().max(MAX_NAME), detail: z.string().max(MAX_CAUSE) })
  .meta({ id: 'PlannedStep' });
export type PlannedStep = z.infer<typeof PlannedStep>;

export const DryRun = z
  .object({
    dryRun: z.literal(true),
    hosts: z.array(
      z.object({
        host: HostRef,
        /** Null: the host is away, it plans when it is back. */ steps: z.array(PlannedStep).nullable(),
      }),
    ),
  })
  .meta({ id: 'DryRun' });
export type DryRun = z.infer<typeof DryRun>;
