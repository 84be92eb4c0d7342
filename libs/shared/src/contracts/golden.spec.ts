import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { breakingChanges } from '../../golden/compare.mjs';
import { goldenText, renderModule } from '../../golden/render.mjs';

const folder = fileURLToPath(new URL('../../golden', import.meta.url));
const files = readdirSync(folder).filter((file) => file.endsWith('.golden.json'));
const sources = readdirSync(fileURLToPath(new URL('.', import.meta.url)), { recursive: true })
  .map(String)
  .filter((file) => file.endsWith('.ts') && !file.endsWith('.spec.ts') && !file.endsWith('index.ts'))
  .map((file) => file.slice(0, -'.ts'.length));

type Schemas = Record<string, Record<string, unknown>>;
const now = async (module: string) =>
  renderModule((await import(`./${module}.js`)) as Record<string, unknown>) as unknown as Schemas;
const goldenOf = (module: string) => `${module.replaceAll('/', '.')}.golden.json`;

describe('the contracts', () => {
  it.each(sources)('change only by additions in %s, and the golden file has them', async (module) => {
    const schemas = await now(module);
    if (!files.includes(goldenOf(module))) {
      expect(Object.keys(schemas)).toEqual([]);
      return;
    }
    const text = readFileSync(`${folder}/${goldenOf(module)}`, 'utf8');
    const before = JSON.parse(text) as Schemas;
    const broken = Object.entries(before).flatMap(([name, schema]) =>
      schemas[name] ? breakingChanges(schema, schemas[name], name) : [`${name} is gone`],
    );
    expect(broken).toEqual([]);
    // An addition: `npm run golden` adds it to the file.
    expect(goldenText(schemas)).toBe(text);
  });

  it('are the only source of golden files', () => {
    expect(files.filter((file) => !sources.map(goldenOf).includes(file))).toEqual([]);
    expect(files.length).toBeGreaterThan(10);
  });
});

describe('breakingChanges', () => {
  const object = (properties: Record<string, object>, required: string[] = []) => ({
    type: 'object',
    properties,
    required,
  });
  const string = { type: 'string' };
  const kind = (...kinds: string[]) => object({ kind: { type: 'string', enum: kinds } }, ['kind']);
  const base = object({ a: string, b: { type: 'array', items: { enum: ['x', 'y'] } } }, ['a']);

  it.each([
    ['nothing', base, base],
    ['an optional field', base, object({ ...base.properties, c: string }, ['a'])],
    ['a value', base, object({ ...base.properties, b: { type: 'array', items: { enum: ['x', 'z', 'y'] } } }, ['a'])],
    ['a second value', { const: 'x', type: 'string' }, { enum: ['x', 'y'], type: 'string' }],
    ['an alternative', { oneOf: [kind('a')] }, { oneOf: [kind('b'), kind('a')] }],
    ['a value in an alternative', { anyOf: [kind('a'), string] }, { anyOf: [string, kind('a', 'c')] }],
  ])('accepts %s as an addition', (_what, before, after) => {
    expect(breakingChanges(before, after)).toEqual([]);
  });

  it.each([
    ['a removed field', base, object({ a: string }, ['a'])],
    ['a new field that is required', base, object({ ...base.properties, c: string }, ['a', 'c'])],
    ['a field that became required', base, object(base.properties, ['a', 'b'])],
    ['a field that became optional', base, object(base.properties)],
    ['another type', base, object({ ...base.properties, a: { type: 'number' } }, ['a'])],
    ['a removed value', base, object({ ...base.properties, b: { type: 'array', items: { enum: ['x'] } } }, ['a'])],
    ['a tighter pattern', string, { type: 'string', pattern: '^a' }],
    ['a looser bound', { type: 'integer', maximum: 5 }, { type: 'integer', maximum: 6 }],
    ['a removed alternative', { oneOf: [kind('a'), kind('b')] }, { oneOf: [kind('a')] }],
    ['unknown fields refused', base, { ...base, additionalProperties: false }],
    ['any string where there was a list', { type: 'string', enum: ['x'] }, string],
  ])('finds %s', (_what, before, after) => {
    expect(breakingChanges(before, after)).toHaveLength(1);
  });
});
