import { z } from 'zod';
import { badRequest } from '../http/schema.pipe.js';

const Text = z
  .string()
  .max(300)
  .regex(/^[^\0]*$/);

/** As Postgres writes a timestamptz: `2026-03-01 12:00:00.123456+05:30`. No day that is not in the calendar, which it would refuse. */
const Instant = z
  .string()
  .regex(/^[1-9]\d{3}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d{1,6})?[+-](0\d|1[0-4])(:[0-5]\d)?$/)
  .refine((text) => z.iso.datetime({ offset: true }).safeParse(toIso(text)).success);

const toIso = (text: string) => text.replace(' ', 'T').replace(/([+-]\d\d)$/, '$1:00');

/** The types that a sort column may have. */
const FORMS = { text: Text, timestamptz: Instant, bigint: z.string().regex(/^\d{1,18}$/) };
export type SortType = keyof typeof FORMS;

/** `next` of a page: the sort key of its last row. It leaves sealed (`PageCursors`). */
export const encodeCursor = (key: readonly string[]) => JSON.stringify(key);

/** The key in a cursor that we gave out; anything else is a bad request, not a fault. */
export function decodeCursor(cursor: string, types: readonly SortType[]): string[] {
  let value: unknown;
  try {
    value = JSON.parse(cursor);
  } catch {
    value = undefined;
  }
  const key = z.array(Text).length(types.length).safeParse(value);
  if (key.success && types.every((type, index) => FORMS[type].safeParse(key.data[index]).success)) return key.data;
  throw badRequest([{ path: ['after'], message: 'not a cursor of this list; take `next` of the page before' }]);
}
