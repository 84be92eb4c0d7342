import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '../support/servers.js';
import { expectSettledWorld } from '../support/system/settled-world.js';
import { System } from '../support/system/system.js';

const POINTS = ['publish.before', 'publish.after-send', 'ingest.before-commit', 'ingest.after-commit'];

/** docs/faults.md, F6. */
describe('an API that is killed at critical moments', () => {
  let system: System;
  beforeAll(async () => {
    system = await System.start({ hosts: ['alpha'] });
  }, 120_000);
  afterAll(() => system?.close());

  it.each(POINTS)(
    'at %s: does accepted work once, and stores received events once',
    async (point) => {
      const name = point.replaceAll(/[^a-z]+/g, '-');
      await system.api.process.kill();
      await system.api.start({ ORRERY_CRASH_AT: point });
      await system.api.ready().catch(() => undefined);
      // The kill can cut off its answer; launched again it is the same container.
      await system.launch('alpha', name).catch(() => undefined);
      await eventually(() => system.api.process.exited, { within: 60_000, what: `the death at ${point}` });
      expect(system.api.process.child.signalCode).toBe('SIGKILL');

      await (await system.api.start()).ready();
      await system.launch('alpha', name);
      await expectSettledWorld(system);
      const [{ node_id: node } = {}] = await system.sql<{ node_id: string }>(
        'SELECT node_id FROM containers WHERE name = $1',
        [name],
      );
      const created = await system.sql(`SELECT 1 FROM events WHERE type = 'container.created' AND node_id = $1`, [
        node,
      ]);
      expect(created).toHaveLength(1);
    },
    180_000,
  );
});
