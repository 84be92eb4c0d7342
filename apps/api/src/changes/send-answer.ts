import type { FastifyReply } from 'fastify';
import type { Answer } from './changes.service.js';

/** Puts status and headers on the reply; the body is the handler's return value. */
export function sendAnswer(reply: FastifyReply, { status, headers, body }: Answer): object {
  void reply.code(status).headers(headers);
  return body;
}
