import fc from 'fast-check';
import type { ApiDocument, Schema } from './document.js';

/** Stands for something that exists when the request is sent; which one is decided then. */
export const placeholder = (pool: string, pick: number) => `⟦${pool}:${pick}⟧`;
export const PLACEHOLDER = /⟦(\w+):(\d+)⟧/g;

/** Which pool matches a parameter or property of this name. */
const POOL_OF: Record<string, string> = {
  host: 'host',
  node: 'node',
  network: 'network',
  networks: 'network',
  container: 'containerName',
  name: 'containerName',
  command: 'command',
  group: 'command',
  event: 'event',
  after: 'after',
  selector: 'selector',
  controller: 'controller',
  probe: 'probe',
  token: 'token',
  addresses: 'addresses',
  'Last-Event-ID': 'event',
  'Idempotency-Key': 'key',
};

const HOSTILE_TEXT = [
  '',
  ' ',
  '\0',
  'a\0b',
  '\ud800',
  '../../etc/passwd',
  '%2e%2e%2f',
  "' OR 1=1 --",
  '"; DROP TABLE hosts; --',
  '$(reboot)',
  '`id`',
  '__proto__',
  'constructor',
  'toString',
  'hasOwnProperty',
  '\u001b[31mred\u001b[0m',
  '<script>alert(1)</script>',
  '\u202egnp.exe',
  'x'.repeat(129),
  'x'.repeat(5000),
  '\u{1f4a9}'.repeat(64),
  'NaN',
  '-1',
  '0x10',
  '1e400',
  '9999999999999999999999',
  'null',
  'undefined',
  '[object Object]',
  '%',
  '⁄',
  '٣',
  'İ',
  '1970-01-01T00:00:00Z',
  '+275760-09-13T00:00:00.001Z',
  '0000-00-00T00:00:00Z',
  '352000w',
  '2026-02-30',
  '999999999999d',
  'authorisation.*',
];
const HOSTILE_OTHER = [null, true, -1, 0, 1.5, 1e308, Number.MAX_SAFE_INTEGER, [], {}, [[]], [null], { a: {} }, 'x'];

export const hostileText = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...HOSTILE_TEXT) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 40 }) },
);
const hostileValue: fc.Arbitrary<unknown> = fc.oneof(hostileText, fc.constantFrom(...HOSTILE_OTHER), fc.jsonValue());

const DEEP = '⟪deep⟫';
const BY_PATTERN = new Map<string, fc.Arbitrary<string>>();

/** Values as a schema of the document requires them. */
export class Values {
  constructor(private readonly document: ApiDocument) {}

  /** `name`: of the parameter or property, for values that must exist to make sense. */
  valid(schema: Schema, name = '', depth = 0): fc.Arbitrary<unknown> {
    const made = this.#bySchema(schema, name, depth);
    const pool = POOL_OF[name];
    if (!pool || this.#resolve(schema).type !== 'string') return made;
    const there = fc.nat(1000).map((pick) => placeholder(pool, pick));
    return fc.oneof({ weight: 9, arbitrary: there }, { weight: 1, arbitrary: made });
  }

  /** Valid, except for one spot. */
  nearlyValid(schema: Schema): fc.Arbitrary<unknown> {
    return fc.tuple(this.valid(schema), hostileValue, hostileText, fc.nat()).map(spoil);
  }

  /** As text: valid, except for one spot that is nested deeper than any walker can follow. */
  deep(schema: Schema): fc.Arbitrary<string> {
    const nested = fc
      .tuple(fc.constantFrom(20, 33, 100, 4500, 5000, 10_000), fc.constantFrom(['[', '', ']'], ['{"a":', '1', '}']))
      .map(([times, [head = '', core = '', tail = '']]) => head.repeat(times) + core + tail.repeat(times));
    return fc
      .tuple(this.valid(schema), fc.constant(DEEP), hostileText, fc.nat(), nested)
      .map(([value, other, key, where, text]) =>
        JSON.stringify(spoil([value, other, key, where])).replace(JSON.stringify(DEEP), () => text),
      );
  }

  hostile(): fc.Arbitrary<unknown> {
    return hostileValue;
  }

  #resolve(schema: Schema): Schema {
    const name = schema.$ref?.replace('#/$defs/', '');
    return name === undefined ? schema : this.#resolve(this.document.schemas[name] ?? {});
  }

  #bySchema(given: Schema, name: string, depth: number): fc.Arbitrary<unknown> {
    const schema = this.#resolve(given);
    if ('const' in schema) return fc.constant(schema.const);
    if (schema.enum) return fc.constantFrom(...schema.enum);
    const choices = schema.anyOf ?? schema.oneOf;
    if (choices) return fc.oneof(...choices.map((choice) => this.valid(choice, name, depth + 1)));
    if (schema.type === 'object') return this.#object(schema, depth);
    if (schema.type === 'array')
      return fc.array(this.valid(schema.items ?? {}, name, depth + 1), {
        minLength: schema.minItems ?? 0,
        maxLength: Math.min(schema.maxItems ?? 4, (schema.minItems ?? 0) + 3),
      });
    return scalar(schema);
  }

  #object({ properties, required = [], additionalProperties, propertyNames }: Schema, depth: number) {
    if (!properties) {
      const key = propertyNames ? scalarText(this.#resolve(propertyNames)) : fc.constantFrom('site', 'env', 'tier');
      const value = typeof additionalProperties === 'object' ? additionalProperties : { type: 'string' };
      return fc.dictionary(key, this.valid(value, '', depth + 1), { maxKeys: 3 });
    }
    const names = Object.keys(properties).filter((name) => depth < 4 || required.includes(name));
    const model = Object.fromEntries(names.map((name) => [name, this.valid(properties[name] ?? {}, name, depth + 1)]));
    return fc.record(model, { requiredKeys: required.filter((name) => names.includes(name)) });
  }
}

function scalar(schema: Schema): fc.Arbitrary<unknown> {
  const { type, minimum, maximum, exclusiveMinimum } = schema;
  if (type === 'string') return scalarText(schema);
  if (type === 'boolean') return fc.boolean();
  if (type === 'null') return fc.constant(null);
  if (type === 'integer' || type === 'number') {
    const least = minimum ?? (exclusiveMinimum === undefined ? -1000 : exclusiveMinimum + 1);
    return fc.integer({ min: Math.ceil(least), max: Math.min(maximum ?? 2 ** 31 - 1, 2 ** 31 - 1) });
  }
  return fc.jsonValue();
}

function scalarText({ pattern, format, minLength = 0, maxLength = 40 }: Schema): fc.Arbitrary<string> {
  if (format === 'date-time')
    return fc
      .date({ min: new Date('2020-01-01'), max: new Date('2035-01-01'), noInvalidDate: true })
      .map((date) => date.toISOString());
  if (pattern) return matching(pattern);
  return fc.string({ minLength, maxLength: Math.max(minLength, Math.min(maxLength, 200)) });
}

/** Texts of a pattern. The document has few patterns in many places, and reading one costs tens of milliseconds. */
function matching(pattern: string): fc.Arbitrary<string> {
  const known = BY_PATTERN.get(pattern) ?? fc.stringMatching(new RegExp(pattern));
  BY_PATTERN.set(pattern, known);
  return known;
}

/** Changes one place of a value: removes something, inserts something, or turns it into something else. */
function spoil([value, other, key, where]: [unknown, unknown, string, number]): unknown {
  if (Array.isArray(value)) {
    if (value.length === 0 || where % 3 === 0) return [...value, other];
    return value.map((entry: unknown, index) =>
      index === where % value.length ? spoil([entry, other, key, where >> 2]) : entry,
    );
  }
  if (typeof value !== 'object' || value === null) return other;
  const entries = Object.entries(value);
  if (entries.length === 0 || where % 4 === 0) return Object.fromEntries([...entries, [key, other]]);
  const at = where % entries.length;
  if (where % 4 === 1) return Object.fromEntries(entries.filter((_entry, index) => index !== at));
  return Object.fromEntries(
    entries.map(([name, entry], index): [string, unknown] => [
      name,
      index === at ? spoil([entry, other, key, where >> 2]) : entry,
    ]),
  );
}
