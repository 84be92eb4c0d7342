import { z } from 'zod';
import { explain } from '../contracts/index.js';
import { AppError } from './app-error.js';

/** `true`, `1`, `yes` and `on` are true, in any case; their opposites false. */
export const BooleanSetting = z.stringbool();

/**
 * Reads settings from an environment once, at the start. Empty strings count as absent, so that `ORRERY_X= npm start` means the default.
 * The error names every wrong setting.
 */
export function readConfig<Schema extends z.ZodType>(
  schema: Schema,
  env: Record<string, string | undefined>,
): z.infer<Schema> {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value !== ''));
  const parsed = schema.safeParse(given);
  if (parsed.success) return parsed.data;
  throw new AppError({
    kind: 'user',
    ...explain('settings-invalid', {
      cause: parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; '),
    }),
  });
}
