import type { z } from 'zod';
import { usageError } from '../errors/usage-error.js';

/** Checks a body before it is sent. Throws a usage error that names each wrong field. */
export function checked<Schema extends z.ZodType, Body extends z.input<Schema>>(schema: Schema, body: Body): Body {
  const parsed = schema.safeParse(body);
  if (parsed.success) return body;
  throw usageError(
    'some settings are not valid for a network',
    undefined,
    undefined,
    parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`),
  );
}
