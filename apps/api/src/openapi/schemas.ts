import { z } from 'zod';

type Json = Record<string, unknown>;
type Direction = 'input' | 'output';

/** A named schema has two forms until the whole document is known: `Id__input` and `Id__output` (see settleNames). */
const formOf = (id: string, direction: Direction) => `${id}__${direction}`;
const FORM = /^(.+)__(input|output)$/;
const REF = '#/components/schemas/';

/** What @nestjs/swagger needs for each zod schema: JSON Schema of 2020-12, which is OpenAPI 3.1's own. */
export function convertSchema(schema: unknown, { schemaType }: { schemaType: Direction }) {
  if (!(schema instanceof z.ZodType)) return undefined;
  const json = z.toJSONSchema(schema, { io: schemaType, unrepresentable: 'any', override });
  const { $schema: _dialect, $defs, id, ...root } = json as Json & { $defs?: Record<string, Json>; id?: string };
  const components = Object.fromEntries(
    Object.entries($defs ?? {}).map(([name, { id: _id, ...definition }]) => [
      formOf(name, schemaType),
      point(definition, schemaType),
    ]),
  );
  const body = point(root, schemaType) as Json;
  if (typeof id !== 'string') return { schema: body, components };
  return {
    schema: { $ref: REF + formOf(id, schemaType) },
    components: { ...components, [formOf(id, schemaType)]: body },
  };
}

function override(context: { zodSchema: unknown; jsonSchema: Json }): void {
  openAnswers(context);
  nameBooleans(context);
}

/** In a query `true` and `false` are text, which OpenAPI calls a boolean. */
function nameBooleans({ jsonSchema }: { jsonSchema: Json }): void {
  if (String(jsonSchema.enum) === 'true,false') {
    delete jsonSchema.enum;
    jsonSchema.type = 'boolean';
  }
  // The default is on the surrounding schema.
  if (jsonSchema.type === 'boolean' && typeof jsonSchema.default === 'string')
    jsonSchema.default = jsonSchema.default === 'true';
}

/** Answers can gain fields: only a schema that is declared strict says that it has no others. */
function openAnswers({ zodSchema, jsonSchema }: { zodSchema: unknown; jsonSchema: Json }): void {
  if (!(zodSchema instanceof z.ZodObject)) return;
  const { catchall } = zodSchema.def;
  if (!(catchall instanceof z.ZodNever)) delete jsonSchema.additionalProperties;
}

function point(value: unknown, direction: Direction): unknown {
  return mapRefs(value, (ref) => {
    const name = /^#\/\$defs\/(.+)$/.exec(ref)?.[1];
    return name ? REF + formOf(decodeURIComponent(name), direction) : ref;
  });
}

/** Gives every schema its plain name; only one whose request form really differs is called `…Input`. */
export function settleNames(document: { components?: { schemas?: Record<string, unknown> } }): void {
  const schemas = document.components?.schemas ?? {};
  const names = new Map<string, string>();
  const plain = (name: string) => JSON.stringify(mapRefs(schemas[name], (ref) => ref.replace(/__(input|output)$/, '')));
  for (const form of Object.keys(schemas)) {
    const [, id, direction] = FORM.exec(form) ?? [];
    if (!id) continue;
    const output = formOf(id, 'output');
    const differs = direction === 'input' && output in schemas && plain(form) !== plain(output);
    names.set(form, differs ? `${id}Input` : id);
  }
  const rename = (ref: string) => REF + (names.get(ref.slice(REF.length)) ?? ref.slice(REF.length));
  // A schema without such a name is a class that Nest saw beside a message handler, not part of HTTP.
  const settled = [...names].map(([form, name]) => [name, mapRefs(schemas[form], rename)] as const);
  const sorted = [...new Map(settled)].sort(([a], [b]) => (a < b ? -1 : 1));
  Object.assign(document, mapRefs(document, rename));
  if (document.components) document.components.schemas = Object.fromEntries(sorted);
}

function mapRefs(value: unknown, rename: (ref: string) => string): unknown {
  if (Array.isArray(value)) return value.map((entry) => mapRefs(entry, rename));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, entry]) => [
      key,
      key === '$ref' && typeof entry === 'string' ? rename(entry) : mapRefs(entry, rename),
    ]),
  );
}
