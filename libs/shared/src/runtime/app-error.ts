export type ErrorKind = 'user' | 'operational' | 'bug';

export interface AppErrorOptions {
  /** Stable, kebab-case; documented in docs/errors.md. */
  code: string;
  /** user: the request is wrong. operational: the world is not as it should be; trying again may help. bug: ours. */
  kind: ErrorKind;
  /** A sentence for people: what is wrong. */
  cause: string;
  /** A sentence for people: what to do. */
  fix?: string;
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
  readonly details: Record<string, unknown>;

  constructor({ code, kind, cause, fix, origin, details }: AppErrorOptions) {
    super(cause, { cause: origin });
    this.name = 'AppError';
    this.code = code;
    this.kind = kind;
    this.fix = fix;
    this.details = details ?? {};
  }
}

/** A sentence about any thrown value, for a cause or a log line; never empty. */
export function describeError(error: unknown): string {
  if (error instanceof AggregateError && !error.message) return error.errors.map(describeError).join('; ');
  if (error instanceof Error) return error.message || error.name;
  return String(error);
}
