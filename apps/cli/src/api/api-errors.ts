import { Problem } from '@orrery/shared/contracts';
import { UntrustedServer } from '@orrery/shared/tls';
import { z } from 'zod';
import { CliError } from '../errors/cli-error.js';
import { ExitCode } from '../errors/exit-code.js';
import type { Settings } from '../settings.js';

/** A newer API may have codes that this version does not know; they are shown as they are. */
const AnyProblem = Problem.extend({ code: z.string() });

/** Codes that mean a usage error. Every other 4xx is a refusal. */
const USAGE = new Set(['bad-request', 'ambiguous-reference', 'no-matching-host', 'body-too-large']);

/** Codes that mean that the API works, but something behind it does not. */
const BEHIND = new Set(['controller-away', 'central-refused']);

function exitCodeOf(status: number, code: string): ExitCode {
  if (USAGE.has(code)) return ExitCode.usage;
  if (code === 'unknown-route' || code === 'method-not-allowed') return ExitCode.failed;
  if (code.startsWith('unknown-')) return ExitCode.usage;
  if (BEHIND.has(code)) return ExitCode.refused;
  if (status === 502 || status === 503 || status === 504) return ExitCode.unreachable;
  return status >= 500 ? ExitCode.failed : ExitCode.refused;
}

/** The error for any answer other than 2xx. */
export function problemError(settings: Settings, status: number, raw: unknown): CliError {
  const parsed = AnyProblem.safeParse(raw);
  if (!parsed.success) return foreignAnswer(settings, status);
  const problem = parsed.data;
  if (status === 401) return unauthenticated(settings, raw);
  return new CliError({
    exitCode: exitCodeOf(status, problem.code),
    code: problem.code,
    cause: problem.detail,
    fix: problem.fix,
    candidates: problem.candidates,
    details: detailsOf(problem),
    problem: raw,
  });
}

const detailsOf = ({ errors = [], differences = [] }: z.infer<typeof AnyProblem>) => [
  ...errors.map(({ path, message }) => `${path || 'body'}: ${message}`),
  ...differences.map(({ field, is, asked }) => `${field}: is ${JSON.stringify(is)}, asked ${JSON.stringify(asked)}`),
];

function unauthenticated({ url, token, tokenSource }: Settings, problem: unknown): CliError {
  return new CliError({
    exitCode: ExitCode.refused,
    code: 'unauthenticated',
    cause: token
      ? `the API at ${url} rejected the token from ${tokenSource}`
      : `the API at ${url} requires a token, but there is none in ORRERY_TOKEN or in ${tokenSource}`,
    fix: 'Set ORRERY_TOKEN to a valid token, or ORRERY_HOME to the state folder of that Orrery (the token is in secrets/admin.token).',
    problem,
  });
}

export const foreignAnswer = ({ url }: Settings, status: number) =>
  new CliError({
    exitCode: ExitCode.unreachable,
    code: 'foreign-answer',
    cause: `the server at ${url} is not the Orrery API (status ${status})`,
    fix: 'Set ORRERY_URL to the address that `npm start` printed.',
  });

export function unreachable({ url }: Settings, error: unknown): CliError {
  if (error instanceof UntrustedServer) return untrusted(url, error);
  return new CliError({
    exitCode: ExitCode.unreachable,
    code: 'api-unreachable',
    cause: `cannot reach the Orrery API at ${url}: ${reason(error)}`,
    fix: 'Start it with `npm start`, or set ORRERY_URL to its address.',
    origin: error,
  });
}

const untrusted = (url: string, error: UntrustedServer) =>
  new CliError({
    exitCode: ExitCode.unreachable,
    code: 'untrusted-server',
    cause: `the server at ${url} is not the trusted API: ${error.message}; nothing was sent to it`,
    fix: 'Ask the administrator of the API for its pin. If it has changed, log in again: `orrery login URL`',
    origin: error,
  });

/** `fetch failed` explains nothing: the reason is in the cause, or deeper in its causes. */
function reason(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === 'TimeoutError') return 'timed out';
  if (error instanceof AggregateError && error.errors.length > 0) return reason(error.errors[0]);
  if (error.cause instanceof Error) return reason(error.cause);
  const code = (error as NodeJS.ErrnoException).code;
  if (code === 'ECONNREFUSED') return 'connection refused';
  if (code === 'ENOTFOUND') return 'unknown host name';
  return error.message || code || error.name;
}
