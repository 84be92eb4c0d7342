import type { ExitCode } from './exit-code.js';

export interface CliErrorOptions {
  exitCode: ExitCode;
  /** Stable, kebab-case: one of the API's problem codes, or the CLI's own. */
  code: string;
  /** What is wrong: a lowercase clause without a final period. */
  cause: string;
  /** What to do: an imperative sentence. */
  fix?: string | undefined;
  /** Suggestions, such as the candidates of an ambiguous reference. */
  candidates?: string[] | undefined;
  /** More details, one line each: wrong fields, differences. */
  details?: string[] | undefined;
  /** The API's problem as received, for `-o json`. */
  problem?: unknown;
  origin?: unknown;
}

/** The one error that ends a command: `run` turns it into a message and an exit code. */
export class CliError extends Error {
  readonly exitCode: ExitCode;
  readonly code: string;
  readonly fix: string | undefined;
  readonly candidates: string[];
  readonly details: string[];
  readonly problem: unknown;

  constructor({ exitCode, code, cause, fix, candidates, details, problem, origin }: CliErrorOptions) {
    super(cause, { cause: origin });
    this.name = 'CliError';
    this.exitCode = exitCode;
    this.code = code;
    this.fix = fix;
    this.candidates = candidates ?? [];
    this.details = details ?? [];
    this.problem = problem;
  }
}
