import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { AgentFact } from './events/agent-events.js';
import { ControllerResult } from './controllers.js';
import { JoinRequest, RenewRequest } from './join.js';
import { fitLengths, fitText, MAX_CAUSE, MAX_ROUTES } from './lengths.js';
import {
  Beat,
  CallReply,
  DesiredReply,
  EventBatch,
  Hello,
  LogsResult,
  PlanResult,
  ProbeBegun,
  RotationResult,
} from './wire.js';

type Json = { [key: string]: unknown };

/** Formats whose pattern is bounded. Dates need their own maximum, because a second may have any number of digits. */
const CLOSED = ['ipv4', 'ipv6', 'cidrv4', 'cidrv6'];
/** A pattern with an unbounded repetition. */
const REPEATS = /[*+](?![^[]*\])|\{\d+,\}/;

/** Paths of all texts and lists in a schema that may have any length. */
function unbounded(schema: Json, path = ''): string[] {
  const here: string[] = [];
  if (schema.type === 'string' && !('maxLength' in schema) && !('enum' in schema) && !('const' in schema)) {
    const { pattern, format } = schema as { pattern?: string; format?: string };
    if (!CLOSED.includes(format ?? '') && (pattern === undefined || REPEATS.test(pattern))) here.push(path);
  }
  if (schema.type === 'array' && !('maxItems' in schema)) here.push(`${path}[]`);
  const inner = Object.entries((schema.properties ?? {}) as Record<string, Json>);
  const choices = [schema.anyOf, schema.oneOf, schema.allOf].flatMap((list) => (list ?? []) as Json[]);
  return [
    ...here,
    ...inner.flatMap(([name, part]) => unbounded(part, `${path}.${name}`)),
    ...choices.flatMap((part) => unbounded(part, path)),
    ...(schema.items ? unbounded(schema.items as Json, `${path}[]`) : []),
  ];
}
const inline = (schema: z.ZodType) => z.toJSONSchema(schema, { unrepresentable: 'any', reused: 'inline', io: 'input' });
const boundsOf = (schema: z.ZodType) => [...new Set(unbounded(inline(schema)))];

describe('what a host sends', () => {
  const said = { AgentFact, Beat, CallReply, ControllerResult, DesiredReply, EventBatch, Hello, JoinRequest };
  const answered = { LogsResult, PlanResult, ProbeBegun, RenewRequest, RotationResult };
  it.each(Object.entries({ ...said, ...answered }))('has a longest text and list everywhere in %s', (_name, schema) => {
    expect(boundsOf(schema)).toEqual([]);
  });

  it('would be reported when a bound is missing', () => {
    const schema = z.object({
      a: z.object({ b: z.array(z.string()) }),
      c: z.string().regex(/^a+$/),
      d: z.string().max(3),
    });
    expect(boundsOf(schema)).toEqual(['.a.b[]', '.a.b[]', '.c'].filter((path, at, all) => all.indexOf(path) === at));
  });
});

describe('fitText', () => {
  it('leaves a text that fits unchanged, cuts longer ones, and never splits a character', () => {
    expect(fitText('abc', 3)).toBe('abc');
    expect(fitText('abcd', 3)).toBe('ab…');
    expect(fitText('a😀bc', 3)).toBe('a…');
  });
});

describe('fitLengths', () => {
  const cause = 'x'.repeat(100_000);
  const down: AgentFact = { type: 'host.engine-down', data: { cause } };

  it('cuts a text to the length that the schema allows, and nothing else', () => {
    const fitted = fitLengths(AgentFact, down);
    expect(AgentFact.parse(fitted)).toEqual(fitted);
    expect(fitted).toEqual({ ...down, data: { cause: `${'x'.repeat(MAX_CAUSE - 1)}…` } });
    expect(down.data.cause).toHaveLength(100_000);
  });

  it('cuts lists, and the texts that remain in them', () => {
    const routes = Array.from({ length: 2 * MAX_ROUTES }, () => ({ target: 'y'.repeat(200), via: null }));
    const after = { device: 'zt0', up: true, mac: '', mtu: 2800, addresses: [], routes };
    const node = 'nod_aaaaaaaaaaaaaaaaaaaa' as const;
    const fact: AgentFact = { type: 'interface.up', data: { node, network: null, device: 'zt0', after } };
    const fitted = fitLengths(AgentFact, fact);
    expect(AgentFact.parse(fitted)).toEqual(fitted);
    expect((fitted as { data: { after: { routes: unknown[] } } }).data.after.routes).toHaveLength(MAX_ROUTES);
  });

  it('returns the same value when nothing is too long, or when something else is wrong', () => {
    const short: AgentFact = { type: 'host.engine-down', data: { cause: 'short' } };
    expect(fitLengths(AgentFact, short)).toBe(short);
    const wrong = { type: 'host.nonsense', data: { cause } };
    expect(fitLengths(AgentFact, wrong)).toBe(wrong);
  });
});
