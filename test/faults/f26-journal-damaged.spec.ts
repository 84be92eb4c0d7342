import { open, readdir, stat, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, it } from '@jest/globals';
import { eventually } from '../support/servers.js';
import { expectSettledWorld } from '../support/system/settled-world.js';
import { System } from '../support/system/system.js';

const cutOff = async (file: string) => truncate(file, Math.floor((await stat(file)).size * 0.7));

async function flip(file: string): Promise<void> {
  const handle = await open(file, 'r+');
  const at = Math.floor((await stat(file)).size * 0.8);
  const byte = Buffer.alloc(1);
  await handle.read(byte, 0, 1, at);
  byte.writeUInt8(byte.readUInt8(0) ^ 0x55);
  await handle.write(byte, 0, 1, at);
  await handle.close();
}

/** docs/faults.md, F26. */
describe('a journal of events that the API does not have yet', () => {
  let system: System;
  beforeAll(async () => {
    system = await System.start({ hosts: ['alpha'] });
    await system.done((await system.launch('alpha', 'demo')).id);
  }, 150_000);
  afterAll(() => system?.close());

  it.each([
    ['cut off', cutOff],
    ['changed in one bit', flip],
  ])(
    'and that was %s keeps the good records, names the lost ones, and a snapshot makes up for them',
    async (_name, harm) => {
      const host = system.host('alpha');
      const gaps = () => system.sql(`SELECT 1 FROM events WHERE type = 'history.gap'`);
      const snapshots = () => system.sql(`SELECT 1 FROM events WHERE type = 'host.snapshot'`);
      const before = [(await gaps()).length, (await snapshots()).length] as const;
      await host.process.kill();
      await host.tamper((state) => (state.containers = []));
      await system.nats.kill();
      await host.start();
      const isBack = async () => (await host.simulated()).containers[0]?.state === 'running';
      await eventually(isBack, { within: 60_000, what: 'the container is recreated, unnoticed by the API' });
      await eventually(async () => (await host.journal()).head > 15, { within: 30_000 });
      await host.process.kill();
      const folder = join(host.home, 'journal');
      const logs = (await readdir(folder)).filter((name) => name.endsWith('.log')).sort();
      await harm(join(folder, logs.at(-1) ?? ''));

      await system.nats.start();
      await (await host.start()).welcomed();
      await eventually(async () => (await gaps()).length > before[0], {
        within: 30_000,
        what: 'history.gap is stored',
      });
      await eventually(async () => (await snapshots()).length > before[1], { within: 30_000, what: 'a snapshot' });
      await expectSettledWorld(system);
      await system.done((await system.launch('alpha', 'demo')).id);
      await expectSettledWorld(system);
    },
    180_000,
  );
});
