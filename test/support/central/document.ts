import { readFile } from 'node:fs/promises';
import { z } from 'zod';

type Json = Record<string, unknown>;
interface Operation {
  requestBody?: { content: { 'application/json': { schema: Json } } };
  responses: Record<string, { content?: { 'application/json': { schema: Json } } }>;
}
interface OpenApi {
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, Json> };
}

/** One operation, as the document describes it. */
export interface Described {
  /** As in the document: `/network/{networkID}`. */
  path: string;
  parameters: string[];
  /** Undefined: it takes no body. */
  request: z.ZodType | undefined;
  /** By status; null: an answer without a body. */
  answers: Map<number, z.ZodType | null>;
}

const FILE = new URL('central-v1.openapi.json', import.meta.url);

/**
 * ZeroTier's OpenAPI document for the paths that Orrery uses (`central-v1.openapi.json`: cut down to these, without
 * descriptions). Stricter in one respect: fields that it does not name are refused, and in requests also those that it
 * calls read-only.
 */
export class CentralDocument {
  readonly #operations: { method: string; pattern: RegExp; described: Described }[];

  private constructor(document: OpenApi) {
    this.#operations = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => ({
        method: method.toUpperCase(),
        pattern: new RegExp(`^${path.replace(/\{\w+\}/g, '([^/]+)')}$`),
        described: { path, parameters: [], ...bodies(operation, document.components.schemas) },
      })),
    );
  }

  static async read(): Promise<CentralDocument> {
    return new CentralDocument(JSON.parse(await readFile(FILE, 'utf8')) as OpenApi);
  }

  find(method: string, path: string): Described | undefined {
    for (const { pattern, described, ...operation } of this.#operations) {
      const match = operation.method === method && pattern.exec(path);
      if (match) return { ...described, parameters: match.slice(1) };
    }
    return undefined;
  }
}

function bodies({ requestBody, responses }: Operation, schemas: Record<string, Json>) {
  const schemaOf = (schema: Json, kind: Kind) =>
    z.fromJSONSchema(closed(schema, schemas, kind), {
      defaultTarget: 'openapi-3.0',
    });
  const request = requestBody && schemaOf(requestBody.content['application/json'].schema, 'request');
  const answers = Object.entries(responses).map(([status, { content }]) => {
    const schema = content?.['application/json'].schema;
    return [Number(status), schema ? schemaOf(schema, 'answer') : null] as const;
  });
  return { request, answers: new Map(answers) };
}

type Kind = 'request' | 'answer';

/** With references resolved (together with their siblings), and objects with fields closed to any other. */
function closed(schema: Json, schemas: Record<string, Json>, kind: Kind): Json {
  const { $ref, ...rest } = schema;
  const name = typeof $ref === 'string' ? $ref.split('/').at(-1) : undefined;
  const { properties, items, allOf, additionalProperties, ...plain } = { ...(name ? schemas[name] : {}), ...rest };
  const inner = (value: unknown) => closed(value as Json, schemas, kind);
  if (Array.isArray(allOf)) return { ...plain, ...inner(allOf[0]) };
  return {
    ...plain,
    ...(items ? { items: inner(items) } : {}),
    ...(additionalProperties ? { additionalProperties: inner(additionalProperties) } : {}),
    ...(properties
      ? { additionalProperties: false, properties: fields(properties as Record<string, Json>, kind, inner) }
      : {}),
  };
}

function fields(properties: Record<string, Json>, kind: Kind, inner: (value: unknown) => Json): Record<string, Json> {
  const taken = Object.entries(properties).filter(([, { readOnly }]) => kind === 'answer' || readOnly !== true);
  return Object.fromEntries(taken.map(([name, schema]) => [name, inner(schema)]));
}
