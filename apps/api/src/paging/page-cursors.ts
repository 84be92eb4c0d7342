import { explain } from '@orrery/shared/contracts';
import { AppError } from '@orrery/shared/runtime';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { createHmac, timingSafeEqual } from 'node:crypto';

const MAC_BYTES = 16;

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Its answer is a page, and `after` a cursor. */
    isPage?: boolean;
  }
}

/**
 * Cursors as clients see them: the list's sort key, with a code that binds it to that list and its filters. Nobody can
 * forge one, or use one with another list, where its key would mean something else.
 */
export class PageCursors {
  /** The key is the same for all replicas, and after a restart. */
  constructor(private readonly key: Buffer) {}

  seal(list: string, cursor: string): string {
    return Buffer.concat([this.#code(list, cursor), Buffer.from(cursor)]).toString('base64url');
  }

  /** Undefined if it is not a cursor of this list. */
  open(list: string, sealed: string): string | undefined {
    const bytes = Buffer.from(sealed, 'base64url');
    if (bytes.length <= MAC_BYTES || bytes.toString('base64url') !== sealed) return undefined;
    const cursor = bytes.subarray(MAC_BYTES).toString();
    return timingSafeEqual(bytes.subarray(0, MAC_BYTES), this.#code(list, cursor)) ? cursor : undefined;
  }

  #code(list: string, cursor: string): Buffer {
    return createHmac('sha256', this.key).update(`${list}\n${cursor}`).digest().subarray(0, MAC_BYTES);
  }
}

/** Seals and opens the cursors of every list, so that lists only see their own. */
export function sealCursors(server: FastifyInstance, cursors: PageCursors): void {
  server.addHook('preHandler', (request, _reply, done) => {
    const query = request.query as { after?: unknown };
    if (!request.routeOptions.config.isPage || query.after === undefined) return done();
    const cursor = typeof query.after === 'string' ? cursors.open(listOf(request), query.after) : undefined;
    if (cursor === undefined) return done(noCursor());
    query.after = cursor;
    done();
  });
  server.addHook('preSerialization', (request, _reply, payload, done) => {
    const { next } = (payload ?? {}) as { next?: unknown };
    if (!request.routeOptions.config.isPage || typeof next !== 'string') return done(null, payload);
    done(null, { ...(payload as object), next: cursors.seal(listOf(request), next) });
  });
}

/** A list with its filters. The page length may change from one page to the next. */
function listOf({ routeOptions, params, query }: FastifyRequest): string {
  const filters = Object.entries(query as object).filter(([name]) => name !== 'after' && name !== 'limit');
  return JSON.stringify([
    routeOptions.url,
    Object.entries(params as object),
    filters.sort(([a], [b]) => (a < b ? -1 : 1)),
  ]);
}

function noCursor(): AppError {
  const message = 'not a cursor of this list with these filters';
  return new AppError({
    kind: 'user',
    ...explain('bad-request/cursor'),
    details: { errors: [{ path: 'after', message }] },
  });
}
