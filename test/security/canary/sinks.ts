import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { System } from '../../support/system/system.js';

/** Everything in the database, as text; bytes in hex. */
export async function dumpOf(system: System): Promise<string> {
  const tables = await system.sql<{ name: string }>(
    `SELECT quote_ident(schemaname) || '.' || quote_ident(tablename) AS name FROM pg_tables
      WHERE schemaname NOT IN ('pg_catalog', 'information_schema')`,
  );
  const rows = await Promise.all(
    tables.map(({ name }) => system.sql<{ row: string }>(`SELECT to_jsonb(t)::text AS row FROM ${name} t`)),
  );
  return rows
    .flat()
    .map(({ row }) => row)
    .join('\n');
}

/** The answer of every reading route, for things that exist and that do not, and its refusals. */
export async function answersOf({ api }: System, ids: Record<string, string>): Promise<string> {
  const document = (await (await fetch(`${api.url}/openapi.json`)).json()) as { paths: Record<string, object> };
  const reading = Object.entries(document.paths).filter(
    ([path, methods]) => 'get' in methods && !path.endsWith('/stream'),
  );
  const answers = reading.flatMap(([path]) =>
    [ids, {} as Record<string, string>].map(async (filled) => {
      const url = path.replaceAll(/\{(\w+)\}/g, (_all, name: string) => encodeURIComponent(filled[name] ?? 'nothing'));
      const response = await api.raw('GET', url);
      return [url, ...[...response.headers].flat(), await response.text()].join('\n');
    }),
  );
  return (await Promise.all(answers)).join('\n');
}

/** The command line of a process and of all its descendants, with their environment. */
export async function argvAndEnvironOf(pid: number): Promise<{ argv: string; childEnviron: string }> {
  const read = (of: number | string, file: string) =>
    readFile(join('/proc', String(of), file), 'latin1').catch(() => '');
  const all = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const parents = new Map(
    await Promise.all(
      all.map(async (name): Promise<[number, number]> => [
        Number(name),
        Number(/\) \S (\d+)/.exec(await read(name, 'stat'))?.[1]),
      ]),
    ),
  );
  const isBelow = (of: number): boolean => {
    const parent = parents.get(of);
    return parent !== undefined && (parent === pid || isBelow(parent));
  };
  const below = [...parents.keys()].filter(isBelow);
  const argv = (await Promise.all([pid, ...below].map((of) => read(of, 'cmdline')))).join('\n');
  const childEnviron = (await Promise.all(below.map((of) => read(of, 'environ')))).join('\n');
  return { argv, childEnviron };
}
