import type { ExitCode } from './exit-code.js';

export interface CliErrorOptions {
  exitCode: ExitCode;
  /** Stable, kebab-case: one of the API's problem codes, or the CLI's own. */
  code: string;
  /** A sentence for people: what is wrong. */
  cause: string;
  /** A sentence for people: what to do. */
  fix?: string | undefined;
  /** What else helps to choose: the candidates of an ambiguous reference. */
  candidates?: string[] | undefined;
  /** What else there is to say, a line each: wrong fields, differences. */
  details?: string[] | undefined;
  /** The API's problem as it came, for `-o json`. */
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
