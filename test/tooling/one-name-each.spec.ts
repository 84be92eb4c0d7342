import { beforeAll, describe, expect, it } from '@jest/globals';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ENTITIES } from '../../apps/api/src/database/schema.js';

const api = fileURLToPath(new URL('../../apps/api/src', import.meta.url));
const DECLARED = /^export (?:abstract )?(?:class|interface|type|enum) (\w+)/gm;
/** Also as the item of another, which is read with it. */
const QUERIED = /\b(?:find\w*|insert|update|delete|createQueryBuilder|OneToOne)\(\s*(?:\(\) => )?(\w+Entity)\b/g;

interface Source {
  path: string;
  text: string;
}

const matchesOf = (pattern: RegExp, text: string) => [...text.matchAll(pattern)].map(([, name]) => name as string);

/** Names of classes and types that two files declare. */
function namesOfTwo(sources: readonly Source[]): string[] {
  const places = new Map<string, Set<string>>();
  for (const { path, text } of sources)
    for (const name of matchesOf(DECLARED, text)) places.set(name, (places.get(name) ?? new Set()).add(path));
  return [...places].filter(([, paths]) => paths.size > 1).map(([name, paths]) => `${name}: ${[...paths].join(', ')}`);
}

describe('the code of the API', () => {
  let sources: Source[];
  beforeAll(async () => {
    const paths = (await readdir(api, { recursive: true })).filter((path) => /(?<!\.spec)\.ts$/.test(path));
    sources = await Promise.all(paths.map(async (path) => ({ path, text: await readFile(join(api, path), 'utf8') })));
  });

  it('has one meaning for each exported name', () => {
    expect(sources.length).toBeGreaterThan(100);
    expect(namesOfTwo(sources)).toEqual([]);
  });

  it('finds a name that two files export: the control', () => {
    const text = 'export class Changes {}\n';
    expect(
      namesOfTwo([
        { path: 'a.ts', text },
        { path: 'b.ts', text },
      ]),
    ).toEqual(['Changes: a.ts, b.ts']);
    expect(namesOfTwo([{ path: 'a.ts', text }])).toEqual([]);
  });

  it('reads or writes through each of its entities', () => {
    const queried = sources.flatMap(({ text }) => matchesOf(QUERIED, text));
    expect(ENTITIES.map(({ name }) => name).filter((name) => !queried.includes(name))).toEqual([]);
  });
});
