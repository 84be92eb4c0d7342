import { randomBytes } from 'node:crypto';
import type { Socket } from 'node:net';
import type { ProblemCode } from '@orrery/shared/contracts';
import { SECURITY_HEADERS } from './hooks.js';
import { PROBLEM_TYPE, problemOf } from './problem.js';

/** The longest request body; nothing that Orrery accepts comes close. */
export const BODY_LIMIT = 64 * 1024;
/** How long a whole request may take, headers and body, so that a slow sender cannot hold a connection forever. */
export const REQUEST_MS = 15_000;

/**
 * How long a connection stays open for another request; answers announce it (`Keep-Alive`), so that no client is
 * surprised.
 */
export const KEEP_ALIVE_MS = 10_000;

/** Limits of the server itself, with or without TLS. Node alone checks for slow senders only every 30 s. */
export const SERVER_LIMITS = {
  maxHeaderSize: 16 * 1024,
  headersTimeout: 10_000,
  requestTimeout: REQUEST_MS,
  connectionsCheckingInterval: 1000,
  // Node's own 400 would not be one of our problems, and would lack a request ID.
  requireHostHeader: false,
};

/** Answers requests that Node's parser refuses with a problem that repeats nothing of what was sent. */
export function refuseUnparsable(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const problem = problemOf(codeOf(error.code));
  const { status, title } = problem;
  const body = JSON.stringify(problem);
  const headers = {
    ...SECURITY_HEADERS,
    'x-request-id': newRequestId(),
    'content-type': PROBLEM_TYPE,
    'content-length': Buffer.byteLength(body),
  };
  const lines = Object.entries({ ...headers, connection: 'close' }).map(([name, value]) => `${name}: ${value}`);
  socket.end([`HTTP/1.1 ${status} ${title}`, ...lines, '', body].join('\r\n'));
  socket.setTimeout(KEEP_ALIVE_MS);
}

export const newRequestId = () => randomBytes(8).toString('hex');

function codeOf(code: string | undefined): ProblemCode {
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return 'request-timeout';
  return code === 'HPE_HEADER_OVERFLOW' ? 'headers-too-large' : 'bad-request';
}
