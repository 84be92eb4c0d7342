import { Problem } from '@orrery/shared/contracts';
import type { Operation } from './document.js';

export interface Answer {
  status: number;
  requestId: string | undefined;
  /** HEAD only announces what the body would be. */
  isHead?: boolean;
  type: string;
  body: string;
}

/** Answers that the server itself can give to any request, before or instead of an operation. */
const ANYWHERE = new Set<unknown>(['unknown-route', 'method-not-allowed', 'request-timeout', 'headers-too-large']);

/** The fault in an answer: an error of ours, or something that the document does not describe. Undefined: none. */
export function wrongWith(operation: Operation, answer: Answer): string | undefined {
  const { status, requestId, type, body, isHead = false } = answer;
  if (!/^[0-9a-f]{16}$/.test(requestId ?? '')) return `${status} without a request id`;
  if ((isHead || status === 304) && body !== '') return `${status} with a body: ${body.slice(0, 300)}`;
  // On a very busy machine the database has not answered in time: that is what this operation reports.
  const isFault = status >= 500 && !(operation.id === 'getReadiness' && status === 503);
  if (isFault) return `a fault: ${status} ${body.slice(0, 300)}`;
  let code: unknown;
  if (status >= 400 && status < 500 && !isHead) {
    const problem = Problem.strict().safeParse(parsed(body));
    if (!problem.success) return `${status} without a problem: ${body.slice(0, 300)}`;
    code = problem.data.code;
    if (problem.data.status !== status) return `${status} whose problem says ${problem.data.status}`;
  }
  const known = operation.answers.get(status);
  if (!known)
    return ANYWHERE.has(code) ? undefined : `${status}, which the document does not name: ${body.slice(0, 300)}`;
  if (known.size === 0 || isHead) return undefined;
  const plain = type.split(';', 1)[0] ?? '';
  const schema = known.get(plain);
  if (!schema) return `${status} as ${plain}; the document says ${[...known.keys()].join(', ')}`;
  // Its schema is that of one message; the stream has no end at which it could be read.
  if (plain === 'text/event-stream') return undefined;
  const value = plain.endsWith('json') ? parsed(body) : body;
  const result = schema.safeParse(value);
  return result.success
    ? undefined
    : `${status} off schema: ${result.error.message.slice(0, 300)} in ${body.slice(0, 500)}`;
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body) as unknown;
  } catch {
    return undefined;
  }
}
