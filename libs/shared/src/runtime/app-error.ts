import type { See } from '../contracts/index.js';

export type ErrorKind = 'user' | 'operational' | 'bug';

export interface AppErrorOptions {
  /** Stable, kebab-case; documented in docs/errors.md. */
  code: string;
  /** user: the request is wrong. operational: something in the environment is wrong, and a retry may help. bug: our fault. */
  kind: ErrorKind;
  /** For people: what is wrong, as a lowercase clause without a period. */
  cause: string;
  /** For people: the fix. With `code` and `cause` from `explain`. */
  fix?: string;
  /** For clients of the API: the request that does it, or shows more. */
  see?: See;
  /** The underlying error, for logs. */
  origin?: unknown;
  /** More fields for the answer, such as the candidates of an ambiguous reference. */
  details?: Record<string, unknown>;
}

/** The one error that services throw. Only the edges (HTTP filter, CLI, log) convert it. */
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
