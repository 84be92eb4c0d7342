import type { See } from '../contracts/index.js';

export type ErrorKind = 'user' | 'operational' | 'bug';

export interface AppErrorOptions {
  /** Stable, kebab-case; documented in docs/errors.md. */
  code: string;
  /** user: the request is wrong. operational: the world is not as it should be; trying again may help. bug: ours. */
  kind: ErrorKind;
  /** For people: what is wrong, as a lowercase clause without a period. */
  cause: string;
  /** For people: what to do. With `code` and `cause` from `explain`. */
  fix?: string;
  /** For clients of the API: the request that does it, or shows more. */
  see?: See;
  /** The error underneath, for logs. */
  origin?: unknown;
  /** More for the answer, such as the candidates of an ambiguous reference. */
  details?: Record<string, unknown>;
}

/** The one error that services throw. Only an edge (HTTP filter, CLI, log) turns it into something else. */
export class AppError extends Error {
  readonly code: string;
  readonly kind: ErrorKind;
  readonly fix: string | undefined;
  readonly see: See | undefined;
  readonly details: Record<string, unknown>;

  constructor({ code, kind, cause, fix, see, origin, details }: AppErrorOptions) {
    super(cause, { cause: origin });
    this.name = 'AppError';
    this.code = code;
    this.kind = kind;
    this.fix = fix;
    this.see = see;
    this.details = details ?? {};
  }
}

/** A sentence about any thrown value, for a cause or a log line; never empty. */
export function describeError(error: unknown): string {
  if (error instanceof AggregateError && !error.message) return error.errors.map(describeError).join('; ');
  if (error instanceof Error) return error.message || error.name;
  return String(error);
}
