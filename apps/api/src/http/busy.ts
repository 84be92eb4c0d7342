import { explain } from '@orrery/shared/contracts';
import { AppError } from '@orrery/shared/runtime';

/** AppError `busy`: as many at a time as there may be; whoever comes again after so many seconds is served. */
export const busy = (cause: string, retryAfter = 5) =>
  new AppError({ kind: 'user', ...explain('busy', { cause }), details: { retryAfter } });
