import type { FastifyInstance } from 'fastify';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { Server as TlsServer } from 'node:tls';

/** How long requests under way at shutdown may take to be answered. */
const PATIENCE_MS = 2500;

/**
 * At shutdown, closes every connection as soon as it has no request under way. Node alone leaves open the connections
 * that become idle after the close, and those that never sent a request, so keep-alive would delay the shutdown by more
 * than a minute.
 */
export function drainAtClose(fastify: FastifyInstance): void {
  const { server } = fastify;
  const busy = new Map<Socket, number>();
  let closing = false;

  const count = (socket: Socket, by: 1 | -1) => {
    const requests = (busy.get(socket) ?? 0) + by;
    if (!socket.destroyed) busy.set(socket, requests);
    if (closing && requests === 0) socket.destroySoon();
  };
  // With TLS, requests have a different socket from the connection below.
  server.on(server instanceof TlsServer ? 'secureConnection' : 'connection', (socket: Socket) => {
    busy.set(socket, 0);
    socket.once('close', () => busy.delete(socket));
  });
  server.on('request', ({ socket }: IncomingMessage, response: ServerResponse) => {
    count(socket, 1);
    response.once('close', () => count(socket, -1));
  });
  fastify.addHook('preClose', (done) => {
    closing = true;
    for (const [socket, requests] of busy) if (requests === 0) socket.destroySoon();
    const patience = setTimeout(() => server.closeAllConnections(), PATIENCE_MS);
    server.once('close', () => clearTimeout(patience));
    done();
  });
}
