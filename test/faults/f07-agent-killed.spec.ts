import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '../support/servers.js';
import { expectSettledWorld } from '../support/system/settled-world.js';
import { isLong } from '../support/system/scaled.js';
import { System } from '../support/system/system.js';

const STEPS = ['pull-image', 'mint-identity', 'create-container', 'start-container'];
const OTHERS = ['desired.before-write', 'desired.after-write', 'journal.before-write', 'journal.after-write'];
const UPLINK = ['uplink.before-send', 'uplink.after-reply'];
/** Every point alone is in test/agent. The short form here takes those after which two sides could disagree. */
const POINTS = isLong
  ? [...STEPS.flatMap((step) => [`step.before:${step}`, `step.after:${step}`]), ...OTHERS, ...UPLINK]
  : ['step.after:mint-identity', 'step.after:create-container', 'desired.after-write', 'uplink.after-reply'];

/** docs/faults.md, F7, with the simulated machine and the real API. */
describe('an agent that is killed at a named point of a launch', () => {
  let system: System;
  beforeAll(async () => {
    system = await System.start({ hosts: ['alpha'] });
    await system.done((await system.launch('alpha', 'older')).id);
  }, 150_000);
  afterAll(() => system?.close());

  it.each(POINTS)(
    'at %s: one container, one identity, done once, and running containers keep running',
    async (point) => {
      const host = system.host('alpha');
      const older = async () => (await host.simulated()).containers.find(({ name }) => name === 'older')?.startedAt;
      const before = await older();
      const name = point.replaceAll(/[^a-z]+/g, '-');
      await host.process.kill();
      const command = await system.launch('alpha', name, undefined, { image: `example/${name}:1` });
      await host.start({ ORRERY_CRASH_AT: point });
      await eventually(() => host.process.exited, { within: 60_000, what: `the death at ${point}` });
      expect(host.process.child.signalCode).toBe('SIGKILL');

      await host.start();
      await system.done(command.id);
      await expectSettledWorld(system);
      const { containers } = await host.simulated();
      expect(containers.filter((container) => container.name === name)).toHaveLength(1);
      expect(await older()).toBe(before);
      const created = await system.sql(
        `SELECT 1 FROM events WHERE type = 'container.created' AND container_name = $1`,
        [name],
      );
      expect(created).toHaveLength(1);
    },
    150_000,
  );
});
