import { HttpException } from '@nestjs/common';
import { explain, type Problem, type ProblemCode } from '@orrery/shared/contracts';
import { AppError } from '@orrery/shared/runtime';
import { CATALOGUE, isProblemCode } from './problem-catalogue.js';
import { isStoreAway, isStoreFull, leavesScope } from './store-errors.js';

/** Fields of AppError.details that may leave with the problem. */
const ALLOWED_DETAILS = ['errors', 'candidates', 'differences'] as const;

/** What Fastify says about a request that never reached a controller. */
const FRAMEWORK: Record<string, { code: ProblemCode; detail: string }> = {
  FST_ERR_CTP_BODY_TOO_LARGE: { code: 'body-too-large', detail: 'the body has more than 64 KiB' },
  FST_ERR_CTP_INVALID_MEDIA_TYPE: { code: 'unsupported-media-type', detail: 'only application/json is understood' },
  FST_ERR_CTP_INVALID_JSON_BODY: { code: 'bad-request', detail: 'the body is not valid JSON' },
  FST_ERR_CTP_EMPTY_JSON_BODY: { code: 'bad-request', detail: 'the body is empty where JSON was announced' },
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: { code: 'bad-request', detail: 'the body is not as long as Content-Length says' },
  FST_ERR_BAD_URL: { code: 'bad-request', detail: 'the address is not a valid URL' },
  FST_ERR_MAX_PARAM_LENGTH: { code: 'bad-request', detail: 'a part of the address is too long' },
};

/** After how many seconds to try again what does not say so itself. */
const RETRY_AFTER: Partial<Record<ProblemCode, string>> = {
  'store-unavailable': '5',
  'bus-unavailable': '5',
  'host-silent': '5',
};

const MAKE_ROOM =
  'Make room on the disk of Postgres. Nothing that was accepted is lost, and hosts keep what they have to tell until it is there.';

/** The media type of every problem. */
export const PROBLEM_TYPE = 'application/problem+json; charset=utf-8';

interface Wrapped {
  code?: unknown;
  statusCode?: unknown;
  cause?: unknown;
}

export interface Answered {
  problem: Problem;
  headers: Record<string, string>;
  /** For the log: something of ours is wrong. */
  bug: boolean;
}

/** The one place where an error becomes HTTP. Nothing of an unexpected error's text leaves. */
export function toProblem(error: unknown): Answered {
  if (error instanceof AppError) return fromAppError(error);
  if (isStoreFull(error)) return answer('store-unavailable', 'the disk of the database is full', {}, MAKE_ROOM);
  if (isStoreAway(error)) return answer('store-unavailable', 'the database cannot be reached now');
  if (leavesScope(error)) return answer('forbidden', 'that would be outside of the scope of your token');
  const framework = fromFramework(error);
  if (framework) return framework;
  return { ...answer('internal', 'something unexpected happened; the log says what'), bug: true };
}

function fromAppError(error: AppError): Answered {
  const code = codeOf(error);
  if (code === 'internal') return { ...answer(code, 'something unexpected happened; the log says what'), bug: true };
  const { retryAfter } = error.details;
  const headers: Record<string, string> = typeof retryAfter === 'number' ? { 'retry-after': String(retryAfter) } : {};
  const answered = answer(code, error.message, headers, error.fix);
  for (const name of ALLOWED_DETAILS)
    if (error.details[name] !== undefined) Object.assign(answered.problem, { [name]: error.details[name] });
  if (typeof error.details.allow === 'string') answered.headers.allow = error.details.allow;
  return answered;
}

function codeOf(error: AppError): ProblemCode {
  if (isProblemCode(error.code)) return error.code;
  if (error.kind === 'user') return 'bad-request';
  return error.kind === 'operational' ? 'bus-unavailable' : 'internal';
}

function fromFramework(error: unknown): Answered | undefined {
  // Nest wraps Fastify's errors; the code is on the one inside.
  const { cause, code = (cause as { code?: unknown } | undefined)?.code, statusCode } = error as Wrapped;
  const known = typeof code === 'string' ? FRAMEWORK[code] : undefined;
  if (known) return answer(known.code, known.detail);
  const status = error instanceof HttpException ? error.getStatus() : statusCode;
  if (status === 404) return answer('unknown-route', 'the API has no such path');
  if (status === 413) return answer('body-too-large', 'the body has more than 64 KiB');
  if (status === 415) return answer('unsupported-media-type', 'only application/json is understood');
  if (typeof status === 'number' && status >= 400 && status < 500)
    return answer('bad-request', 'the request cannot be read');
  return undefined;
}

/** The problem of a code that needs no more words than its title. */
export const problemOf = (code: ProblemCode) => answer(code, CATALOGUE[code][1]).problem;

function answer(code: ProblemCode, detail: string, headers: Record<string, string> = {}, fix?: string): Answered {
  const [status, title] = CATALOGUE[code];
  const problem: Problem = { type: `/docs/errors#${code}`, title, status, code, detail };
  const mend = fix ?? explain(code)?.fix;
  if (mend) problem.fix = mend;
  const again = RETRY_AFTER[code];
  return { problem, headers: { ...(again ? { 'retry-after': again } : {}), ...headers }, bug: false };
}
