import { readFileSync } from 'node:fs';

/** An operation of the OpenAPI document that changes something. */
export interface WriteOperation {
  id: string;
  method: string;
  path: string;
  /** Why it has neither dry run nor Idempotency-Key; undefined: it has both. */
  ownProtocol: string | undefined;
  hasDryRun: boolean;
  hasIdempotencyKey: boolean;
  hasIfMatch: boolean;
}

interface Described {
  operationId: string;
  'x-orrery-own-protocol'?: string;
  parameters?: { name: string; in: string }[];
}

const GOLDEN = new URL('../../../docs/openapi.golden.json', import.meta.url);

/** Every operation other than GET, from the document that document.spec.ts compares with the API. */
export function writeOperations(): WriteOperation[] {
  const { paths } = JSON.parse(readFileSync(GOLDEN, 'utf8')) as { paths: Record<string, Record<string, Described>> };
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods)
      .filter(([method]) => method !== 'get' && method !== 'head')
      .map(([method, { operationId, parameters = [], 'x-orrery-own-protocol': ownProtocol }]) => {
        const has = (where: string, name: string) => parameters.some((one) => one.in === where && one.name === name);
        return {
          ...{ id: operationId, method: method.toUpperCase(), path, ownProtocol },
          hasDryRun: has('query', 'dryRun'),
          hasIdempotencyKey: has('header', 'Idempotency-Key'),
          hasIfMatch: has('header', 'If-Match'),
        };
      }),
  );
}
