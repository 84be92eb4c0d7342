import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { eventually } from '../support/servers.js';
import { expectSettledWorld } from '../support/system/settled-world.js';
import { describeOnSmallDisk, SmallDisk } from '../support/system/small-disk.js';
import { System } from '../support/system/system.js';

/** docs/faults.md, F25, at the agent. (The journal alone: test/agent/full-disk.int.spec.ts.) */
describeOnSmallDisk('a disk that is full under an agent', () => {
  let system: System;
  let disk: SmallDisk | undefined;
  beforeAll(async () => {
    system = await System.start({ start: false });
    await (await system.api.start()).ready();
    const host = await system.addHost('alpha');
    disk = SmallDisk.mount(host.home, 24);
    await host.start();
    await system.everybodyOnline();
  }, 120_000);
  afterAll(async () => {
    await system?.close();
    disk?.unmount();
  });

  it('refuses new work visibly, loses nothing, and continues when there is room', async () => {
    const host = system.host('alpha');
    await system.done((await system.launch('alpha', 'early')).id);
    await expectSettledWorld(system);
    disk?.fill();
    const { id } = await system.launch('alpha', 'late');
    const isTold = () => host.process.log(40).some((line) => /ENOSPC|No space left/.test(JSON.stringify(line)));
    await eventually(isTold, { within: 60_000, what: 'the agent reports that its disk is full' });
    expect(['queued', 'delivered']).toContain((await system.command(id)).state);
    expect(host.process.exited).toBe(false);
    expect((await host.simulated()).containers.map(({ name }) => name)).toEqual(['early']);

    disk?.free();
    await system.done(id, 120_000);
    await host.process.kill('SIGTERM');
    await (await host.start()).welcomed();
    await expectSettledWorld(system);
  }, 240_000);
});
