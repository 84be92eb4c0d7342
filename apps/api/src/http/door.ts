import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { RequestGate } from '../auth/request-gate.js';
import type { Connections } from './connections.js';
import { BODY_LIMIT } from './limits.js';

/**
 * Checks the token before the body. The guard checks it again and has the last word; here nothing that a stranger sends
 * is read, and the connection learns to whom it belongs.
 */
export function askAtTheDoor(server: FastifyInstance, gate: RequestGate, connections: Connections): void {
  server.addHook('onRequest', async (request, reply) => {
    const { rule } = request.routeOptions.config;
    if (!rule?.policy || rule.policy === 'public' || rule.policy === 'key')
      return connections.admitStranger(request, reply.raw);
    try {
      await gate.check(request, rule, () => connections.suspect(request));
    } catch (error) {
      if (!isSoonRead(request)) void reply.header('connection', 'close');
      throw error;
    } finally {
      if (request.principal || request.letInUnder) connections.recognise(request);
      if (request.renewedLogin !== undefined) void reply.header('set-cookie', request.renewedLogin);
    }
  });
}

/** The rest of the body is so short that discarding it costs less than closing the connection. */
function isSoonRead({ headers }: FastifyRequest): boolean {
  return !('transfer-encoding' in headers) && Number(headers['content-length'] ?? 0) <= BODY_LIMIT;
}
