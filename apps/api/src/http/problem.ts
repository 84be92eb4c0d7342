import { HttpException } from '@nestjs/common';
import { explain, explainAgain, type Explained, type Problem, type ProblemCode } from '@orrery/shared/contracts';
import { AppError } from '@orrery/shared/runtime';
import { CATALOGUE, isProblemCode } from './problem-catalogue.js';
import { isStoreAway, isStoreBusy, isStoreFull, leavesScope } from './store-errors.js';

/** Fields of AppError.details that may leave with the problem. */
const ALLOWED_DETAILS = ['errors', 'candidates', 'differences'] as const;

/** Fastify's errors about requests that never reached a controller. */
const FRAMEWORK: Record<string, Explained<ProblemCode>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: explain('body-too-large', { cause: 'the body exceeds 64 KiB' }),
  FST_ERR_CTP_INVALID_MEDIA_TYPE: explain('unsupported-media-type', { cause: 'the API accepts only application/json' }),
  FST_ERR_CTP_INVALID_JSON_BODY: explain('bad-request', { cause: 'the body is not valid JSON' }),
  FST_ERR_CTP_EMPTY_JSON_BODY: explain('bad-request', { cause: 'the body is empty, but its content type is JSON' }),
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: explain('bad-request', {
    cause: 'the body is not as long as Content-Length says',
  }),
  FST_ERR_BAD_URL: explain('bad-request', { cause: 'the address is not a valid URL' }),
  FST_ERR_MAX_PARAM_LENGTH: explain('bad-request', { cause: 'a part of the address is too long' }),
};

/** After how many seconds to retry if the error itself does not say. */
const RETRY_AFTER: Partial<Record<ProblemCode, string>> = {
  'store-unavailable': '5',
  'bus-unavailable': '5',
  'host-silent': '5',
};

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
  /** For the log: the error is a bug of ours. */
  bug: boolean;
}

/** The one place where an error becomes HTTP. No text of an unexpected error leaves. */
export function toProblem(error: unknown): Answered {
  if (error instanceof AppError) return fromAppError(error);
  if (isStoreFull(error)) return answer(explain('store-unavailable/full'));
  if (isStoreBusy(error)) return answer(explain('store-unavailable/busy'));
  if (isStoreAway(error)) return answer(explain('store-unavailable/unreachable'));
  if (leavesScope(error)) return answer(explain('forbidden/beyond-scope'));
  return fromFramework(error) ?? unexpected();
}

const unexpected = (): Answered => ({ ...answer(explain('internal/unexpected')), bug: true });

function fromAppError(error: AppError): Answered {
  const code = codeOf(error);
  if (code === 'internal') return unexpected();
  const { retryAfter } = error.details;
  const headers: Record<string, string> = typeof retryAfter === 'number' ? { 'retry-after': String(retryAfter) } : {};
  const { see, ...general } = explainAgain({ code, cause: error.message, fix: error.fix });
  const way = error.see ?? see;
  const answered = answer({ ...general, ...(way && { see: way }) }, headers);
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
  // Nest wraps Fastify's errors; the code is on the inner one.
  const { cause, code = (cause as { code?: unknown } | undefined)?.code, statusCode } = error as Wrapped;
  const known = typeof code === 'string' ? FRAMEWORK[code] : undefined;
  if (known) return answer(known);
  const status = error instanceof HttpException ? error.getStatus() : statusCode;
  if (status === 404) return answer(explain('unknown-route', { cause: 'the API has no such path' }));
  if (status === 413) return answer(explain('body-too-large', { cause: 'the body exceeds 64 KiB' }));
  if (status === 415)
    return answer(explain('unsupported-media-type', { cause: 'the API accepts only application/json' }));
  if (typeof status === 'number' && status >= 400 && status < 500)
    return answer(explain('bad-request', { cause: 'cannot read the request' }));
  return undefined;
}

const asClause = (title: string): string => title.replace(/^[A-Z](?=[a-z])/, (letter) => letter.toLowerCase());

/** The problem of a code that needs no more words than its title. */
export const problemOf = (code: ProblemCode) => answer(explain(code, { cause: asClause(CATALOGUE[code][1]) })).problem;

function answer({ code, cause, fix, see }: Explained<ProblemCode>, headers: Record<string, string> = {}): Answered {
  const [status, title] = CATALOGUE[code];
  const problem: Problem = { type: `/docs/errors#${code}`, title, status, code, detail: cause, fix };
  if (see) problem.see = see;
  const again = RETRY_AFTER[code];
  return { problem, headers: { ...(again ? { 'retry-after': again } : {}), ...headers }, bug: false };
}
