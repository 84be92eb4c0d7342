import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { EVENT_TYPES } from './event-types.js';

const page = readFileSync(new URL('../../../../../docs/events.md', import.meta.url), 'utf8');
const documented = [...page.matchAll(/^\| (`.*?) \|/gm)].flatMap(([, cell]) =>
  [...(cell ?? '').matchAll(/`([a-z.-]+)`/g)].map(([, type]) => type),
);

describe('docs/events.md', () => {
  it('lists every event that exists, and no other', () => {
    expect(EVENT_TYPES.length).toBeGreaterThan(40);
    expect([...documented].sort()).toEqual(EVENT_TYPES);
  });
});
