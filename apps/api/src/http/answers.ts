import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { createHash } from 'node:crypto';
import compress from '@fastify/compress';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** It reads one thing. */
    isOne?: boolean;
  }
}

/** What an answer says of what it carries: where something new can be read, and whether it is still what the client has. */
export function describeAnswers(server: FastifyInstance): void {
  server.addHook('preSerialization', (request, reply, payload, done) => {
    if (reply.statusCode === 201 && !reply.hasHeader('location')) {
      const location = locationOf(request, payload);
      if (location !== undefined) void reply.header('location', location);
    }
    done(null, payload);
  });
  server.addHook('onSend', (request, reply, payload, done) => {
    const isOne = request.routeOptions.config.isOne && reply.statusCode === 200 && typeof payload === 'string';
    if (!isOne) return done(null, payload);
    const tag = etagOf(reply, payload);
    void reply.header('etag', tag);
    if (!isNamed(request.headers['if-none-match'], tag)) return done(null, payload);
    void reply.code(304).removeHeader('content-type').removeHeader('content-length');
    done(null, ''); // Fastify measures what HEAD does not send
  });
}

/** What was POSTed to a collection is in it under its id; what was PUT is where it was put. */
function locationOf({ method, url }: FastifyRequest, payload: unknown): string | undefined {
  const path = url.split('?', 1)[0] ?? '';
  if (method === 'PUT') return path;
  const { token, id = token?.id } = (payload ?? {}) as { id?: unknown; token?: { id?: unknown } };
  return typeof id === 'string' ? `${path.replace(/\/$/, '')}/${encodeURIComponent(id)}` : undefined;
}

/**
 * Of all that is in the answer, since that includes what hosts report; in front of it the version, where there is one, which is all that
 * If-Match asks for.
 */
function etagOf(reply: FastifyReply, payload: string): string {
  const version = /^"(\d+)"$/.exec(String(reply.getHeader('etag')))?.[1];
  const content = createHash('sha256').update(payload).digest('base64url').slice(0, 16);
  return `"${version === undefined ? '' : `${version}.`}${content}"`;
}

/** RFC 9110, 13.1.2: a weak comparison. */
function isNamed(ifNoneMatch: string | undefined, tag: string): boolean {
  const named = ifNoneMatch?.split(',').map((entry) => entry.trim().replace(/^W\//, ''));
  return named !== undefined && (named.includes('*') || named.includes(tag));
}

/** Less is not worth it: it fits in one packet anyway. */
const LEAST_BYTES = 1024;

/**
 * Texts and JSON leave compressed where the client takes that. Never events, which would wait in the compressor, nor files, which are
 * compressed already. Bodies are taken as they come only: a small one could become gigabytes.
 */
export async function compressAnswers(server: FastifyInstance): Promise<void> {
  await server.register(compress, {
    threshold: LEAST_BYTES,
    encodings: ['zstd', 'gzip'],
    customTypes: /^(application\/(.+\+)?json|text\/(?!event-stream))/,
    globalDecompression: false,
  });
}
