import { Problem } from '@orrery/shared/contracts';
import { UntrustedServer } from '@orrery/shared/tls';
import { z } from 'zod';
import { CliError } from '../errors/cli-error.js';
import { ExitCode } from '../errors/exit-code.js';
import type { Settings } from '../settings.js';

/** A newer API may know codes that we do not: they are shown as they are. */
const AnyProblem = Problem.extend({ code: z.string() });

/** Codes that mean: what was written is wrong. Every other 4xx is a refusal. */
const USAGE = new Set(['bad-request', 'ambiguous-reference', 'no-matching-host', 'body-too-large']);

/** The API answers, and says that something behind it does not. */
const BEHIND = new Set(['controller-away', 'central-refused']);

function exitCodeOf(status: number, code: string): ExitCode {
  if (USAGE.has(code)) return ExitCode.usage;
  if (code === 'unknown-route' || code === 'method-not-allowed') return ExitCode.failed;
  if (code.startsWith('unknown-')) return ExitCode.usage;
  if (BEHIND.has(code)) return ExitCode.refused;
  if (status === 502 || status === 503 || status === 504) return ExitCode.unreachable;
  return status >= 500 ? ExitCode.failed : ExitCode.refused;
}

/** The error for an answer that is none of 2xx. */
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
  ...errors.map(({ path, message }) => `${path || 'the body'}: ${message}`),
  ...differences.map(({ field, is, asked }) => `${field}: is ${JSON.stringify(is)}, asked ${JSON.stringify(asked)}`),
];

function unauthenticated({ url, token, tokenSource }: Settings, problem: unknown): CliError {
  return new CliError({
    exitCode: ExitCode.refused,
    code: 'unauthenticated',
    cause: token
      ? `The API at ${url} does not accept the token from ${tokenSource}.`
      : `The API at ${url} wants a token, and there is none in ORRERY_TOKEN nor in ${tokenSource}.`,
    fix: 'Set ORRERY_HOME to the state folder of that Orrery (its secrets/admin.token holds the token), or ORRERY_TOKEN to the token.',
    problem,
  });
}

export const foreignAnswer = ({ url }: Settings, status: number) =>
  new CliError({
    exitCode: ExitCode.unreachable,
    code: 'foreign-answer',
    cause: `What answers at ${url} (status ${status}) is not Orrery's API.`,
    fix: 'Set ORRERY_URL to the address that npm start printed.',
  });

export function unreachable({ url }: Settings, error: unknown): CliError {
  if (error instanceof UntrustedServer) return untrusted(url, error);
  return new CliError({
    exitCode: ExitCode.unreachable,
    code: 'api-unreachable',
    cause: `Orrery's API does not answer at ${url}: ${reason(error)}.`,
    fix: 'Start it with npm start, or set ORRERY_URL to where it runs.',
    origin: error,
  });
}

const untrusted = (url: string, error: UntrustedServer) =>
  new CliError({
    exitCode: ExitCode.unreachable,
    code: 'untrusted-server',
    cause: `What answers at ${url} is not the API that is trusted there: ${error.message}. Nothing was sent to it.`,
    fix: 'Ask whoever runs the API for its pin; when it has changed: orrery login URL',
    origin: error,
  });

/** `fetch failed` says nothing: the reason is in the cause, or in the causes of the cause. */
function reason(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === 'TimeoutError') return 'no answer in time';
  if (error instanceof AggregateError && error.errors.length > 0) return reason(error.errors[0]);
  if (error.cause instanceof Error) return reason(error.cause);
  const code = (error as NodeJS.ErrnoException).code;
  if (code === 'ECONNREFUSED') return 'connection refused';
  if (code === 'ENOTFOUND') return 'the host name is unknown';
  return error.message || code || error.name;
}
