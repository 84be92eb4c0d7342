import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { explain } from '@orrery/shared/contracts';
import { AppError } from '@orrery/shared/runtime';
import { createHash } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import { badRequest } from '../http/schema.pipe.js';

/** The parts of a change request besides its body: its sender, and its options. */
export interface Asked {
  /** The token's name, as it appears in commands and events. */
  by: string;
  tokenId: string;
  ifMatch: string | undefined;
  dryRun: boolean;
  idempotency: { key: string; hash: Buffer } | undefined;
}

export const readAsked = (request: FastifyRequest): Asked => {
  const { principal, headers, query } = request;
  if (!principal)
    throw new AppError({ kind: 'bug', ...explain('internal', { cause: 'a change without a token that asks for it' }) });
  return {
    by: principal.name,
    tokenId: principal.tokenId,
    ifMatch: headers['if-match'],
    dryRun: (query as Record<string, unknown>).dryRun === 'true',
    idempotency: readKey(request),
  };
};

/** `@Asking() asked: Asked` */
export const Asking = createParamDecorator((_data: unknown, context: ExecutionContext) =>
  readAsked(context.switchToHttp().getRequest<FastifyRequest>()),
);

function readKey(request: FastifyRequest): Asked['idempotency'] {
  const key = request.headers['idempotency-key'];
  if (key === undefined) return undefined;
  if (typeof key !== 'string' || !/^[\x20-\x7e]{1,128}$/.test(key))
    throw badRequest([{ path: ['Idempotency-Key'], message: 'must be 1 to 128 printable ASCII characters' }]);
  return { key, hash: hashOf(request) };
}

/** The same for equivalent requests: the order of keys and of query parameters does not matter. */
export function hashOf({ method, url, body }: Pick<FastifyRequest, 'method' | 'url' | 'body'>): Buffer {
  const [path = '', query = ''] = url.split('?', 2);
  const parameters = new URLSearchParams(query);
  parameters.sort();
  return createHash('sha256')
    .update(`${method} ${path}?${parameters.toString()}\n${JSON.stringify(body ?? null, inOrder)}`)
    .digest();
}

function inOrder(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}
