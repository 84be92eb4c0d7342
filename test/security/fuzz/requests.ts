import fc from 'fast-check';
import type { ApiDocument, Operation, Schema } from './document.js';
import { hostileText, placeholder, Values } from './values.js';

/** A request whose placeholders are not filled in yet. */
export interface FuzzRequest {
  operation: Operation;
  /** By name; each as text. */
  path: Record<string, string>;
  query: [name: string, value: string][];
  headers: Record<string, string>;
  token: 'admin' | 'join' | 'none' | 'wrong';
  body: string | undefined;
  contentType: string;
  /** Instead of GET. */
  asHead: boolean;
}

/** Operations that end a host are tried on disposable hosts. */
const ENDS_A_HOST = /^(DELETE \/v1\/hosts\/\{host\}|\w+ \/v1\/hosts\/\{host\}\/(revoke|rotate|replace|pause))$/;

const asText = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value));
const visible = (text: string) => text.replaceAll(/[^\x20-\x7e⟦⟧]/g, '?');

/** Valid, nearly valid and hostile requests for every operation, as many as requested. Same seed, same requests. */
export function fuzzRequests(document: ApiDocument, { seed, count }: { seed: number; count: number }): FuzzRequest[] {
  const values = new Values(document);
  const any = fc.oneof(...document.operations.map((operation) => requestFor(operation, values)));
  return fc.sample(any, { seed, numRuns: count });
}

function requestFor(operation: Operation, values: Values): fc.Arbitrary<FuzzRequest> {
  const inPath = operation.parameters.filter((parameter) => parameter.in === 'path');
  const inQuery = operation.parameters.filter((parameter) => parameter.in === 'query');
  const inHeader = operation.parameters.filter((parameter) => parameter.in === 'header');
  const endsHost = ENDS_A_HOST.test(`${operation.method} ${operation.path}`);
  const text = (name: string, schema: Schema) => {
    const right = values.valid(schema, name).map(asText);
    return fc.oneof({ weight: 19, arbitrary: right }, { weight: 1, arbitrary: hostileText });
  };
  const path = fc.record(
    Object.fromEntries(
      inPath.map(({ name, schema }) => [
        name,
        endsHost && name === 'host' ? fc.nat(1000).map((pick) => placeholder('spare', pick)) : text(name, schema),
      ]),
    ),
  );
  const one: fc.Arbitrary<[string, string]> = fc.oneof(
    ...inQuery.map(({ name, schema }) => text(name, schema).map((value): [string, string] => [name, value])),
    fc.tuple(fc.constantFrom('limit', 'colour', '__proto__', 'dryRun', 'after[]'), hostileText),
  );
  const query: fc.Arbitrary<[string, string][]> = fc.oneof(
    { weight: 3, arbitrary: fc.constant<[string, string][]>([]) },
    { weight: 2, arbitrary: fc.array(one, { maxLength: 3 }) },
  );
  const headers = fc
    .record(Object.fromEntries(inHeader.map(({ name, schema }) => [name, text(name, schema)])), { requiredKeys: [] })
    .map((named) => Object.fromEntries(Object.entries(named).map(([name, value]) => [name, visible(value ?? '')])));
  const token = fc.constantFrom<FuzzRequest['token'][]>(
    ...Array.from({ length: 28 }, () => (operation.policy === 'join' ? 'join' : 'admin') as FuzzRequest['token']),
    ...(['none', 'wrong'] as const),
  );
  return fc
    .record({
      path,
      query,
      headers,
      token,
      body: bodyFor(operation.body, values),
      tag: fc.oneof(
        fc.constantFrom('*', '"1"', '"2"', 'W/"1"', '"x', '"1.aaaaaaaaaaaaaaaa"'),
        fc.nat(1000).map((pick) => placeholder('etag', pick)),
      ),
      contentType: fc.oneof(
        { weight: 30, arbitrary: fc.constant('application/json') },
        { weight: 1, arbitrary: oddType },
      ),
      asHead: fc.nat(9).map((dice) => dice === 0 && operation.method === 'GET'),
      packed: fc.boolean(),
    })
    .map(({ tag, headers, packed, ...rest }) => ({
      operation,
      ...rest,
      headers: {
        ...headers,
        ...('If-Match' in headers ? { 'If-Match': tag } : {}),
        ...('If-None-Match' in headers ? { 'If-None-Match': tag } : {}),
        ...(packed ? { 'Accept-Encoding': 'gzip' } : {}),
      },
    }));
}

const oddType = fc.constantFrom(
  'application/json; charset=utf-16',
  'application/merge-patch+json',
  'application/jsonp',
  'text/plain',
  'multipart/form-data; boundary=x',
  'x',
  '',
);

/** Texts that JSON parsers read in different ways, or not at all. */
const ODD_BODIES = [
  '',
  '{',
  '[]',
  'null',
  '""',
  '1e999',
  '\ufeff{}',
  '{"a":1}}',
  '{"a":1,"a":2}',
  '{"a":01}',
  '{"a":\u00a01}',
  '{"__proto__":{}}',
  '{"":{"":{"":[]}}}',
  `{"a":"${'x'.repeat(70_000)}"}`,
  `[${'{},'.repeat(10_000)}{}]`,
  `{${'"a":1,'.repeat(5000)}"b":1}`,
];

function bodyFor(schema: Schema | undefined, values: Values): fc.Arbitrary<string | undefined> {
  if (!schema)
    return fc.oneof({ weight: 9, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: fc.constant('{}') });
  const json = (value: fc.Arbitrary<unknown>) => value.map((made) => JSON.stringify(made));
  return fc.oneof(
    { weight: 8, arbitrary: json(values.valid(schema)) },
    { weight: 4, arbitrary: json(values.nearlyValid(schema)) },
    { weight: 1, arbitrary: json(values.hostile()) },
    { weight: 1, arbitrary: values.deep(schema) },
    { weight: 1, arbitrary: fc.constantFrom(undefined, ...ODD_BODIES) },
  );
}
