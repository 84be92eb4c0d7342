import type { FastifyInstance } from 'fastify';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { ProblemCode } from '@orrery/shared/contracts';
import { SECURITY_HEADERS } from './hooks.js';
import { PROBLEM_TYPE, problemOf } from './problem.js';

/** A whole request within this, headers and body: a slow sender cannot hold a connection for ever. */
export const REQUEST_MS = 15_000;
/** Most connections at a time; beyond it, whoever has waited longest without asking anything makes room. */
export const MOST_CONNECTIONS = 1000;

/** Of the server itself, whether it speaks TLS or not. Node alone looks for late senders only every 30 s. */
export const SERVER_LIMITS = {
  maxHeaderSize: 16 * 1024,
  headersTimeout: 10_000,
  requestTimeout: REQUEST_MS,
  connectionsCheckingInterval: 1000,
};

/** A problem for what Node's parser refuses before there is a request; nothing of what was sent comes back. */
export function refuseUnparsable(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const body = JSON.stringify(problemOf(codeOf(error.code)));
  const { status, title } = problemOf(codeOf(error.code));
  const headers = { ...SECURITY_HEADERS, 'content-type': PROBLEM_TYPE, 'content-length': Buffer.byteLength(body) };
  const lines = Object.entries({ ...headers, connection: 'close' }).map(([name, value]) => `${name}: ${value}`);
  socket.end([`HTTP/1.1 ${status} ${title}`, ...lines, '', body].join('\r\n'));
}

function codeOf(code: string | undefined): ProblemCode {
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return 'request-timeout';
  return code === 'HPE_HEADER_OVERFLOW' ? 'headers-too-large' : 'bad-request';
}

/**
 * Bounds connections without shutting the door: slow senders, who have not said all of a request yet, make room for those who
 * come after them. Kept by the peer's address and port, for a TLS socket is another object than the connection below it.
 */
export function boundConnections(fastify: FastifyInstance, most = MOST_CONNECTIONS): void {
  const { server } = fastify;
  const peers = new Map<string, { socket: Socket; busy: number }>();
  const peerOf = ({ remoteAddress, remotePort }: Socket) => `${remoteAddress} ${remotePort}`;

  server.on('connection', (socket: Socket) => {
    if (peers.size >= most) [...peers.values()].find(({ busy }) => busy === 0)?.socket.destroy();
    if (peers.size > most * 1.1) socket.destroy();
    const peer = peerOf(socket);
    peers.set(peer, { socket, busy: 0 });
    socket.once('close', () => peers.delete(peer));
  });
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    const peer = peerOf(request.socket);
    const found = peers.get(peer);
    if (!found) return;
    // From its last byte on a request is ours to answer: whoever sent it does not have to make room.
    const complete = () => void found.busy++;
    const hasBody = 'content-length' in request.headers || 'transfer-encoding' in request.headers;
    if (hasBody) request.once('end', complete);
    else complete();
    response.once('close', () => {
      found.busy = 0;
      if (peers.delete(peer)) peers.set(peer, found);
    });
  });
}
