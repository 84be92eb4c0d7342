import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { FindingCode } from '../events/findings.js';
import { PathCode } from '../http/paths.js';
import { FailureCode, WaitingCode } from '../outcomes.js';
import { ProbeCode } from '../probes.js';
import { ProblemCode, See } from '../problems.js';
import type { Case } from './entry.js';
import { CATALOGUE, explain, explainAgain, explainedCodes, meaningOf, type Situation } from './explain.js';
import { FINDINGS } from './finding-codes.js';
import { DOCTOR } from './doctor-codes.js';
import { FAILURES } from './failure-codes.js';
import { PATHS } from './path-codes.js';
import { PROBES } from './probe-codes.js';
import { PROBLEMS } from './problem-codes.js';
import { PROGRAMS } from './program-codes.js';
import { WAITING } from './waiting-codes.js';

const docs = (page: string) => readFileSync(new URL(`../../../../../docs/${page}`, import.meta.url), 'utf8');
const requests = Object.entries(
  (JSON.parse(docs('openapi.golden.json')) as { paths: Record<string, Record<string, unknown>> }).paths,
).flatMap(([path, methods]) => Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`));
const commands = new Set([...docs('cli.md').matchAll(/^## orrery (.+)$/gm)].map(([, command]) => command));

/** Replaces facts by their names, as docs/errors.md does. */
const facts = new Proxy({}, { get: (_, name) => String(name).toUpperCase() }) as { cause: string };
const shown = (Object.keys(CATALOGUE) as Situation[]).map((situation) => ({
  situation,
  ...(explain as (situation: Situation, facts: object) => ReturnType<typeof explainAgain>)(situation, facts),
}));

describe('the catalogue', () => {
  it('contains every code once', () => {
    const tables = [WAITING, FAILURES, FINDINGS, DOCTOR, PROBES, PATHS, PROBLEMS, PROGRAMS].flatMap((table) =>
      Object.keys(table),
    );
    expect(tables.toSorted()).toEqual(Object.keys(CATALOGUE).toSorted());
    const enums = [WaitingCode, FailureCode, FindingCode, ProbeCode.exclude(['reached']), PathCode, ProblemCode];
    for (const code of enums.flatMap(({ options }) => options as string[])) expect(explainedCodes()).toContain(code);
  });

  it('explains a code in general, and a case by its facts', () => {
    expect(explain('unknown-host', { cause: 'there is no host web-9' })).toEqual({
      code: 'unknown-host',
      cause: 'there is no host web-9',
      fix: 'List the hosts: `orrery host ls`.',
      see: { method: 'GET', path: '/v1/hosts' },
    });
    const { code, fix, see } = explain('unmanaged-membership/membership', { node: 'a/b', network: 'n', verb: 'join' });
    expect([code, fix]).toEqual(['unmanaged-membership', 'Adopt it first: `orrery adopt a/b n`.']);
    expect(see).toEqual({ method: 'PUT', path: '/v1/nodes/a%2Fb/networks/n' });
  });

  it('takes what a case omits from its code', () => {
    const { fix, see } = explain('paused/host');
    expect({ fix, see }).toEqual({ fix: WAITING.paused.fix, see: WAITING.paused.see });
  });

  it('keeps the fix given with a cause, and adds one when none is given', () => {
    const code = 'disk-full';
    expect(explainAgain({ code, cause: 'c', fix: 'mine' })).toMatchObject({ code, cause: 'c', fix: 'mine' });
    for (const fix of ['', undefined])
      expect(explainAgain({ code, cause: 'c', fix })).toMatchObject({ cause: 'c', fix: FAILURES[code].fix });
  });

  it('does not know codes that are not ours', () => {
    expect([meaningOf('toString'), meaningOf('paused/host'), meaningOf('no-such')]).toEqual(Array(3).fill(undefined));
    expect(meaningOf('paused')).toBe(WAITING.paused);
  });
});

describe('every text', () => {
  const commandsIn = (fix: string) => [...fix.matchAll(/`orrery ([a-z]+(?: [a-z]+)?)/g)].map(([, words]) => words);
  const exists = (words = '') =>
    [...commands].some((command) => `${command} `.startsWith(`${words} `) || words === command?.split(' ')[0]);

  it('of a fix is a plain sentence', () => {
    const odd = /[’“”]|undefined|\banew\b|\bgoes on\b|\bany more\b|^See\b|^Look\b/;
    expect(shown.filter(({ fix }) => !/^[A-Z].*\S$/.test(fix) || odd.test(fix))).toEqual([]);
  });

  it('has its commands in backticks, and each of them exists', () => {
    expect(shown.filter(({ fix }) => !commandsIn(fix).every(exists))).toEqual([]);
    expect(shown.filter(({ fix }) => /\borrery [a-z]/.test(fix.replaceAll(/`[^`]*`/g, '')))).toEqual([]);
    expect(exists('host rm') && !exists('host mend') && !exists('mend')).toBe(true);
  });

  it('of a cause is a clause: lowercase, without a period', () => {
    const causes = shown.filter(({ situation }) => (CATALOGUE[situation] as Case).cause !== undefined);
    const isClause = (cause: string) =>
      /^([^A-Z]|[A-Z]{2}|ZeroTier|Orrery)/.test(cause) && !/\.$|[’“”]|undefined/.test(cause);
    expect(causes.length).toBeGreaterThan(100);
    expect(causes.filter(({ cause }) => !isClause(cause))).toEqual([]);
  });

  it('counts one thing as one', () => {
    const left = (containers: number, memberships: number) =>
      explain('host-not-empty/counts', { host: 'edge-1', containers, memberships }).cause;
    const own = 'of its own daemon';
    expect(left(1, 2)).toBe(`edge-1 still has 1 managed container and 2 managed memberships ${own}`);
    expect(left(0, 1)).toBe(`edge-1 still has 0 managed containers and 1 managed membership ${own}`);
    expect(explain('pool-exhausted/counts', { authorized: 1, addresses: '0' }).cause).toContain('1 node is authorized');
  });

  it('refers a client of the API only to requests that the API has', () => {
    const has = ({ method, path }: See) => {
      const asked = path.replace(/\?.*/, '').split('/');
      const fits = (known: string) => {
        const [as, at = ''] = known.split(' ');
        const parts = at.split('/');
        return (
          as === method &&
          parts.length === asked.length &&
          parts.every((part, n) => part === asked[n] || part.startsWith('{'))
        );
      };
      return path === '/docs' || requests.some(fits);
    };
    expect(shown.filter(({ see }) => see && !has(See.parse(see)))).toEqual([]);
    expect(has({ method: 'GET', path: '/v1/hosts' }) && !has({ method: 'PUT', path: '/v1/hosts' })).toBe(true);
  });
});
