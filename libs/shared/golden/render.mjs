// What stands in the golden files: every schema of a module of the contracts as JSON schema, without what is only for readers.
import { z } from 'zod';

/**
 * @param {Record<string, unknown>} module a module's exports
 * @returns {Record<string, object>} by name, sorted
 */
export function renderModule(module) {
  const schemas = Object.entries(module).filter(([, value]) => value instanceof z.ZodType);
  const sorted = schemas.sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(sorted.map(([name, schema]) => [name, renderSchema(schema)]));
}

/** As it is sent: what a default fills may be absent. References are written out, so that a schema may be given a name later. */
function renderSchema(schema) {
  const { $defs = {}, ...top } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
  return plain(top, $defs);
}

const FOR_READERS = ['$schema', 'id', 'description', 'title', 'example', 'examples'];

function plain(value, defs) {
  if (Array.isArray(value)) return value.map((part) => plain(part, defs));
  if (typeof value !== 'object' || value === null) return value;
  if (typeof value.$ref === 'string') return plain(defs[value.$ref.replace('#/$defs/', '')], defs);
  // Below `properties` a key is a name of ours, and no keyword.
  const entries = Object.entries(value).filter(([key]) => !FOR_READERS.includes(key));
  return Object.fromEntries(
    entries.map(([key, part]) => [key, key === 'properties' ? eachProperty(part, defs) : plain(part, defs)]),
  );
}

const eachProperty = (properties, defs) =>
  Object.fromEntries(Object.entries(properties).map(([name, part]) => [name, plain(part, defs)]));

export const goldenText = (rendered) => `${JSON.stringify(rendered, null, 1)}\n`;
