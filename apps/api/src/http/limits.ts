import { randomBytes } from 'node:crypto';
import type { Socket } from 'node:net';
import type { ProblemCode } from '@orrery/shared/contracts';
import { SECURITY_HEADERS } from './hooks.js';
import { PROBLEM_TYPE, problemOf } from './problem.js';

/** Of a request; nothing that Orrery takes is as long. */
export const BODY_LIMIT = 64 * 1024;
/** A whole request within this, headers and body: a slow sender cannot hold a connection for ever. */
export const REQUEST_MS = 15_000;

/** How long a connection stays open for a further request; answers say so (`Keep-Alive`), so that no client is surprised. */
export const KEEP_ALIVE_MS = 10_000;

/** Of the server itself, whether it speaks TLS or not. Node alone looks for late senders only every 30 s. */
export const SERVER_LIMITS = {
  maxHeaderSize: 16 * 1024,
  headersTimeout: 10_000,
  requestTimeout: REQUEST_MS,
  connectionsCheckingInterval: 1000,
  // Node's own 400 would be no problem of ours, and without a request id.
  requireHostHeader: false,
};

/** A problem for what Node's parser refuses before there is a request; nothing of what was sent comes back. */
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
