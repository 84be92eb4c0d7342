import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { AgentFact } from './agent-events.js';
import { ApiFact } from './api-events.js';

const page = readFileSync(new URL('../../../../../docs/events.md', import.meta.url), 'utf8');
const documented = [...page.matchAll(/^\| (`.*?) \|/gm)].flatMap(([, cell]) =>
  [...(cell ?? '').matchAll(/`([a-z.-]+)`/g)].map(([, type]) => type),
);
const known = [...AgentFact.options, ...ApiFact.options].flatMap(({ shape }) => shape.type.options as string[]);

describe('docs/events.md', () => {
  it('tells of every event that there is, and of no other', () => {
    expect(known.length).toBeGreaterThan(40);
    expect([...documented].sort()).toEqual([...new Set(known)].sort());
  });
});
