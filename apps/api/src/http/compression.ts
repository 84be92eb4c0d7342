import compress from '@fastify/compress';
import type { FastifyInstance } from 'fastify';

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
