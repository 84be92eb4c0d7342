import { readFile } from 'node:fs/promises';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { temporaryFolder } from '../../../../test/support/servers.js';
import { loadConfig } from '../config.js';
import { describeApi } from './describe-api.js';

interface Described {
  operationId: string;
  'x-orrery-policy': string;
  responses: Record<string, { content?: Record<string, { schema?: { $ref?: string } }> }>;
}

const GOLDEN = new URL('../../../../docs/openapi.golden.json', import.meta.url);

describe('the OpenAPI document', () => {
  let document: Awaited<ReturnType<typeof describeApi>>;
  let operations: [route: string, operation: Described][];

  beforeAll(async () => {
    const env = { DATABASE_URL: 'postgres://127.0.0.1:1/none', NATS_URL: 'nats://127.0.0.1:1' };
    document = await describeApi(loadConfig({ ...env, ORRERY_HOME: await temporaryFolder('openapi') }));
    operations = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]): [string, Described] => [`${method} ${path}`, operation]),
    );
  });

  it('is what docs/openapi.golden.json says (npm run build, then npm run openapi, rewrites it)', async () => {
    expect(JSON.parse(JSON.stringify(document))).toEqual(JSON.parse(await readFile(GOLDEN, 'utf8')));
  });

  it('is OpenAPI 3.1', () => {
    expect(document.openapi).toBe('3.1.0');
  });

  it('gives every operation an id of its own in camel case', () => {
    const ids = operations.map(([, { operationId }]) => operationId);
    expect(ids.filter((id) => !/^[a-z][A-Za-z]+$/.test(id))).toEqual([]);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('says of every operation who may use it', () => {
    expect(operations.filter(([, operation]) => !operation['x-orrery-policy'])).toEqual([]);
  });

  it('documents that every operation can answer 400, 421, 500 and 503, and all but the public ones 401, 403 and 429', () => {
    const wrong = operations.filter(([, { responses, 'x-orrery-policy': policy }]) => {
      const ofTokens = ['401', '403', '429'].filter((status) => status in responses).length;
      return (
        ['400', '421', '500', '503'].some((status) => !(status in responses)) ||
        ofTokens !== (policy === 'public' ? 0 : 3)
      );
    });
    expect(wrong.map(([route]) => route)).toEqual([]);
  });

  it('describes every answer that is no success as a Problem, but for what is not ready', () => {
    const others = operations.flatMap(([route, { responses }]) =>
      Object.entries(responses)
        .filter(([status]) => Number(status) >= 400)
        .filter(([, { content }]) => !refersTo(content?.['application/problem+json'], 'Problem'))
        .map(([status]) => `${route} ${status}`),
    );
    expect(others).toEqual(['get /readyz 503']);
  });

  it('refers only to schemas that are there, each under its plain name', () => {
    const text = JSON.stringify(document);
    const names = new Set(Object.keys(document.components?.schemas ?? {}));
    const referred = [...text.matchAll(/"#\/components\/schemas\/([^"]+)"/g)].map(([, name]) => name ?? '');
    expect(referred.length).toBeGreaterThan(100);
    expect(referred.filter((name) => !names.has(name))).toEqual([]);
    expect([...names].filter((name) => !/^[A-Z][A-Za-z]+$/.test(name))).toEqual([]);
  });
});

const refersTo = (media: { schema?: { $ref?: string } } | undefined, name: string) =>
  media?.schema?.$ref === `#/components/schemas/${name}`;
