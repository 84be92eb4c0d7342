import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { MembershipPage } from '@orrery/shared/contracts';
import { scaled } from '../support/system/scaled.js';
import { expectSettledWorld } from '../support/system/settled-world.js';
import { PUBLIC, PUBLIC_TOO, System } from '../support/system/system.js';

const { times } = scaled('F15', { times: [100, 1000] });
const AT_ONCE = 10;

/** docs/faults.md, F15. (Older revisions after newer ones: test/agent/links.int.spec.ts.) */
describe('the same change, requested again and again', () => {
  let system: System;
  beforeAll(async () => {
    system = await System.start({ hosts: ['alpha'] });
  }, 120_000);
  afterAll(() => system?.close());

  const path = `/v1/nodes/alpha/networks/${PUBLIC_TOO}`;
  const joined = async () => {
    const { items } = await system.api.get(`/v1/memberships?node=alpha`, MembershipPage);
    return items.map(({ network }) => network.id);
  };

  it('has one effect, and the last command is done', async () => {
    const launched: string[] = [];
    for (let sent = 0; sent < times; sent += AT_ONCE) {
      const some = await Promise.all(Array.from({ length: AT_ONCE }, () => system.launch('alpha', 'demo', PUBLIC)));
      launched.push(...some.map(({ id }) => id));
    }
    await expectSettledWorld(system);
    const states = await system.sql<{ state: string }>('SELECT state FROM commands ORDER BY revision');
    expect(states).toHaveLength(times);
    expect(states.at(-1)?.state).toBe('done');
    expect(states.every(({ state }) => state === 'done' || state === 'superseded')).toBe(true);
    const created = await system.sql(`SELECT 1 FROM events WHERE type = 'container.created'`);
    const started = await system.sql(`SELECT 1 FROM events WHERE type = 'container.started'`);
    expect([created.length, started.length]).toEqual([1, 1]);
  }, 240_000);

  it('is refused as a leave of a network that nobody joined, and the last of several joins and leaves wins', async () => {
    await system.api.refused('DELETE', path, 'unknown-membership');
    for (const [last, networks] of [
      ['DELETE', []],
      ['PUT', [PUBLIC_TOO]],
    ] as const) {
      const first = last === 'PUT' ? 'DELETE' : 'PUT';
      if (first === 'DELETE') await system.done((await system.change('PUT', path)).id);
      await system.change(first, path);
      await system.change(last, path);
      await expectSettledWorld(system);
      expect(await joined()).toEqual(networks);
    }
  }, 150_000);
});
