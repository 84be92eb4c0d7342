import { readFile } from 'node:fs/promises';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { temporaryFolder } from '../../../../test/support/servers.js';
import { loadConfig } from '../config.js';
import { describeApi } from './describe-api.js';
import { OPERATION_TEXTS } from './operation-texts.js';

interface Schema {
  $ref?: string;
  description?: string;
  type?: string | string[];
  format?: string;
  enum?: unknown[];
  properties?: Record<string, Schema>;
  items?: Schema;
  additionalProperties?: Schema;
  anyOf?: Schema[];
  oneOf?: Schema[];
  allOf?: Schema[];
}

interface Described {
  operationId: string;
  summary?: string;
  description?: string;
  tags: string[];
  parameters?: { name: string; in: string; description?: string; example?: unknown; schema: Schema }[];
  'x-orrery-policy': string;
  security: Record<string, string[]>[];
  responses: Record<string, { content?: Record<string, { schema?: Schema }> }>;
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

  it('equals docs/openapi.golden.json (npm run build, then npm run openapi, rewrites it)', async () => {
    expect(JSON.parse(JSON.stringify(document))).toEqual(JSON.parse(await readFile(GOLDEN, 'utf8')));
  });

  it('is OpenAPI 3.1', () => {
    expect(document.openapi).toBe('3.1.0');
  });

  it('gives every operation a unique ID in camel case', () => {
    const ids = operations.map(([, { operationId }]) => operationId);
    expect(ids.filter((id) => !/^[a-z][A-Za-z]+$/.test(id))).toEqual([]);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('states for every operation who can use it', () => {
    expect(operations.filter(([, operation]) => !operation['x-orrery-policy'])).toEqual([]);
  });

  it('names the statuses of the door, for tokens, for writes and for strangers, and no others', () => {
    const wrong = operations.filter(([route, { responses, 'x-orrery-policy': policy }]) => {
      const isWrite = !route.startsWith('get ');
      const takesTokens = policy !== 'public' && policy !== 'key';
      const hasToken = route === 'post /v1/logins'; // in its body
      const named = (status: string) => status in responses;
      return (
        !['400', '408', '421', '431', '500', '503'].every(named) ||
        named('413') !== isWrite ||
        named('415') !== isWrite ||
        named('401') !== (policy !== 'public' || hasToken) ||
        named('403') !== (isWrite || policy !== 'public') ||
        named('429') !== (takesTokens || policy === 'key' || hasToken)
      );
    });
    expect(wrong.map(([route]) => route)).toEqual([]);
  });

  it('describes every answer other than success as a Problem, except for readiness', () => {
    const others = operations.flatMap(([route, { responses }]) =>
      Object.entries(responses)
        .filter(([status]) => Number(status) >= 400)
        .filter(
          ([, { content = {} }]) =>
            Object.keys(content).join() !== 'application/problem+json' ||
            !refersTo(content['application/problem+json'], 'Problem'),
        )
        .map(([status]) => `${route} ${status}`),
    );
    expect(others).toEqual(['get /readyz 503']);
  });

  it('refers only to existing schemas, each under its plain name', () => {
    const text = JSON.stringify(document);
    const names = new Set(Object.keys(document.components?.schemas ?? {}));
    const referred = [...text.matchAll(/"#\/components\/schemas\/([^"]+)"/g)].map(([, name]) => name ?? '');
    expect(referred.length).toBeGreaterThan(100);
    expect(referred.filter((name) => !names.has(name))).toEqual([]);
    expect([...names].filter((name) => !/^[A-Z][A-Za-z]+$/.test(name))).toEqual([]);
  });

  it('describes every operation, in other words than its summary, under a declared tag', () => {
    const declared = new Set((document.tags ?? []).filter(({ description }) => description).map(({ name }) => name));
    const wrong = operations.filter(
      ([, { summary, description, tags }]) =>
        !summary || !description || summary === description || !tags.every((tag) => declared.has(tag)),
    );
    expect(wrong.map(([route]) => route)).toEqual([]);
    expect([...declared].filter((tag) => !operations.some(([, { tags }]) => tags.includes(tag)))).toEqual([]);
  });

  it('has no text for an operation that does not exist', () => {
    const ids = operations.map(([, { operationId }]) => operationId);
    expect(Object.keys(OPERATION_TEXTS).filter((id) => !ids.includes(id))).toEqual([]);
  });

  it('describes every parameter, with an example', () => {
    const parameters = operations.flatMap(([route, operation]) =>
      (operation.parameters ?? []).map((parameter) => ({ at: `${route} ${parameter.name}`, ...parameter })),
    );
    expect(parameters.length).toBeGreaterThan(150);
    expect(parameters.filter(({ description }) => !description).map(({ at }) => at)).toEqual([]);
    expect(parameters.filter(({ example }) => example === undefined).map(({ at }) => at)).toEqual([]);
  });

  it('describes every schema and every property, and the meaning of null where it is possible', () => {
    const schemas = document.components?.schemas as Record<string, Schema>;
    expect(Object.keys(schemas).filter((name) => !schemas[name]?.description)).toEqual([]);
    const properties = allProperties();
    expect(properties.length).toBeGreaterThan(500);
    expect(properties.filter(([, { description }]) => !description).map(([at]) => at)).toEqual([]);
    const silent = properties.filter(([, schema]) => mayBeNull(schema) && !/\bnull\b/i.test(schema.description ?? ''));
    expect(silent.map(([at]) => at)).toEqual([]);
  });

  it('states its location, and that its tokens are opaque', () => {
    expect(document.servers).toEqual([{ url: '/', description: expect.any(String) }]);
    const schemes = document.components?.securitySchemes ?? {};
    expect(Object.keys(schemes).sort()).toEqual(['joinSecret', 'loginCookie', 'loginSecret', 'token']);
    expect(Object.values(schemes).filter((scheme) => 'bearerFormat' in scheme)).toEqual([]);
    const named = operations.filter(([, { parameters = [] }]) =>
      parameters.some(({ name }) => ['authorization', 'orrery-login'].includes(name.toLowerCase())),
    );
    expect(named.map(([route]) => route)).toEqual([]);
  });

  it('names a login only where nothing else will do, because generated clients send one credential under all names', () => {
    const named = operations.filter(([, { security }]) => security.length > 1 || 'loginSecret' in (security[0] ?? {}));
    expect(named.map(([route, { security }]) => [route, security])).toEqual([
      ['delete /v1/me/login', [{ loginCookie: [], loginSecret: [] }]],
    ]);
  });

  it('declares booleans as booleans and moments as date-times', () => {
    const parameters = operations.flatMap(([, { parameters = [] }]) => parameters);
    const schemas = [...parameters.map(({ name, schema }): [string, Schema] => [name, schema]), ...allProperties()];
    const asText = schemas.filter(
      ([, { type, enum: values }]) =>
        type === 'string' && values?.every((value) => ['true', 'false'].includes(String(value))),
    );
    expect(asText.map(([at]) => at)).toEqual([]);
    const moments = allProperties().filter(([at]) => /(At|\.at|\.time|Until|\.until|\.since|hosttime)$/.test(at));
    expect(moments.length).toBeGreaterThan(20);
    expect(moments.filter(([, schema]) => !JSON.stringify(schema).includes('"date-time"')).map(([at]) => at)).toEqual(
      [],
    );
  });

  it('describes the content of the messages of the event stream', () => {
    const stream = operations.find(([route]) => route === 'get /v1/events/stream')?.[1].responses['200'];
    expect(stream?.content?.['text/event-stream']?.schema?.anyOf).toEqual([
      { $ref: '#/components/schemas/CloudEvent' },
      { $ref: '#/components/schemas/StreamReset' },
    ]);
  });

  const allProperties = (): [at: string, schema: Schema][] => [
    ...Object.entries(document.components?.schemas as Record<string, Schema>).flatMap(([name, schema]) =>
      propertiesOf(schema, name),
    ),
    ...operations.flatMap(([route, { responses }]) =>
      Object.entries(responses).flatMap(([status, { content = {} }]) =>
        Object.values(content).flatMap(({ schema = {} }) => propertiesOf(schema, `${route} ${status}`)),
      ),
    ),
  ];
});

const partsOf = ({ items, additionalProperties, anyOf = [], oneOf = [], allOf = [] }: Schema): Schema[] =>
  [items, additionalProperties, ...anyOf, ...oneOf, ...allOf].filter((part) => part !== undefined);

function propertiesOf(schema: Schema, at: string): [at: string, schema: Schema][] {
  const own = Object.entries(schema.properties ?? {}).map(([name, part]): [string, Schema] => [`${at}.${name}`, part]);
  const below = own.flatMap(([path, part]) => propertiesOf(part, path));
  return [...own, ...below, ...partsOf(schema).flatMap((part) => propertiesOf(part, at))];
}

const mayBeNull = ({ type, anyOf = [], oneOf = [] }: Schema): boolean =>
  [type].flat().includes('null') || [...anyOf, ...oneOf].some((part) => part.type === 'null');

const refersTo = (media: { schema?: { $ref?: string } } | undefined, name: string) =>
  media?.schema?.$ref === `#/components/schemas/${name}`;
