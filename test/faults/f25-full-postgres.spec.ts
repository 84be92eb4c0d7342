import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { Accepted } from '@orrery/shared/contracts';
import { eventually } from '../support/servers.js';
import { expectSettledWorld } from '../support/system/settled-world.js';
import { describeOnSmallDisk, SmallDisk } from '../support/system/small-disk.js';
import { PUBLIC, System } from '../support/system/system.js';

/** An empty cluster with a segment of its log, its initial databases, ours, and some more of the log. */
const MEGABYTES = 160;
/** Launches that each write some kilobytes: long before this number, no page has room left. */
const MOST_LAUNCHES = 60;

/** docs/faults.md, F25, at Postgres. */
describeOnSmallDisk('a disk that is full under Postgres', () => {
  let system: System;
  let disk: SmallDisk | undefined;
  beforeAll(async () => {
    const ownPostgres = (folder: string) => void (disk = SmallDisk.mount(folder, MEGABYTES));
    system = await System.start({ hosts: ['alpha'], ownPostgres });
  }, 120_000);
  afterAll(async () => {
    // Its folder is deleted with the cluster, and a mount point cannot be deleted.
    disk?.unmount();
    await system?.close();
  });

  /** Launches until one is refused; returns the IDs of the commands accepted before. */
  const launchUntilRefused = async (): Promise<{ accepted: string[]; refused: string }> => {
    const accepted: string[] = [];
    for (let number = 1; number <= MOST_LAUNCHES; number++) {
      const name = `late-${number}`;
      const asked = { body: { name, networks: [PUBLIC] } };
      const response = await system.api.raw('POST', '/v1/hosts/alpha/containers', asked);
      if (response.status === 503) {
        expect(await response.json()).toMatchObject({ code: 'store-unavailable', fix: expect.stringMatching(/\w/) });
        expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0);
        return { accepted, refused: name };
      }
      const { command } = Accepted.parse(await response.json());
      system.accepted.add(command.id);
      accepted.push(command.id);
    }
    throw new Error(`none of ${MOST_LAUNCHES} launches was refused`);
  };

  it('refuses new work visibly, and has accepted work and the events of hosts when there is room', async () => {
    await system.done((await system.launch('alpha', 'early')).id);
    disk?.fill();
    const { accepted, refused } = await launchUntilRefused();
    // Events of this moment cannot be stored, so the agent keeps them: it restarts, and its container is gone.
    const host = system.host('alpha');
    await host.process.kill();
    await host.tamper((state) => (state.containers = []));
    await host.start();
    await eventually(async () => (await host.simulated()).containers.some(({ state }) => state === 'running'));

    disk?.free();
    await system.postgres.start();
    await system.api.ready(60_000);
    for (const id of accepted) await system.done(id, 120_000);
    await expectSettledWorld(system);
    expect(system.api.process.exited).toBe(false);
    expect(await system.sql('SELECT 1 FROM containers WHERE name = $1', [refused])).toEqual([]);
    expect(await system.sql('SELECT reason FROM event_quarantine')).toEqual([]);
  }, 240_000);
});
