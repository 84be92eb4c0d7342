import { z } from 'zod';

/** JSON Schema as OpenAPI 3.1 writes it. */
export interface Schema {
  $ref?: string;
  type?: string;
  enum?: unknown[];
  const?: unknown;
  anyOf?: Schema[];
  oneOf?: Schema[];
  properties?: Record<string, Schema>;
  required?: string[];
  additionalProperties?: Schema | boolean;
  propertyNames?: Schema;
  items?: Schema;
  minItems?: number;
  maxItems?: number;
  minLength?: number;
  maxLength?: number;
  minimum?: number;
  maximum?: number;
  exclusiveMinimum?: number;
  pattern?: string;
  format?: string;
}

type Content = Record<string, { schema?: Schema }>;

interface Described {
  operationId: string;
  'x-orrery-policy': string;
  parameters?: { name: string; in: 'path' | 'query' | 'header'; required?: boolean; schema: Schema }[];
  requestBody?: { content: Content };
  responses: Record<string, { content?: Content }>;
}

export interface Operation {
  id: string;
  method: string;
  path: string;
  policy: string;
  parameters: NonNullable<Described['parameters']>;
  body: Schema | undefined;
  /** By status, then media type; a status without a body has none. */
  answers: Map<number, Map<string, z.ZodType>>;
}

export interface ApiDocument {
  operations: Operation[];
  schemas: Record<string, Schema>;
}

const plainType = (type: string) => type.split(';', 1)[0] ?? '';

/** The operations of an OpenAPI document, with a checker for each answer. */
export function readDocument(json: unknown): ApiDocument {
  const document = json as {
    paths: Record<string, Record<string, Described>>;
    components: { schemas: Record<string, Schema> };
  };
  const local = <T>(value: T) => JSON.parse(JSON.stringify(value).replaceAll('#/components/schemas/', '#/$defs/')) as T;
  const schemas = local(document.components.schemas);
  const made = (schema: Schema) =>
    z.fromJSONSchema({ ...local(schema), $defs: schemas } as unknown as Parameters<typeof z.fromJSONSchema>[0]);
  // Many answers share one schema, especially the problems.
  const checkers = new Map<string, z.ZodType>();
  const checker = (schema: Schema) => {
    const text = JSON.stringify(schema);
    const known = checkers.get(text) ?? made(schema);
    checkers.set(text, known);
    return known;
  };
  const contents = (content: Content = {}) =>
    new Map(Object.entries(content).map(([type, { schema = {} }]) => [plainType(type), checker(schema)]));
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, described]): Operation => {
      const [body] = Object.values(described.requestBody?.content ?? {});
      return {
        id: described.operationId,
        method: method.toUpperCase(),
        path,
        policy: described['x-orrery-policy'],
        parameters: local(described.parameters ?? []),
        body: body?.schema && local(body.schema),
        answers: new Map(
          Object.entries(described.responses).map(([status, { content }]) => [Number(status), contents(content)]),
        ),
      };
    }),
  );
  return { operations, schemas };
}
