import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { EventPage, Host } from '@orrery/shared/contracts';
import { expectSettledWorld } from '../support/system/settled-world.js';
import { System } from '../support/system/system.js';

const WAITS = { kind: 'waiting', code: 'paused' };

/** Pause travels in the signed desired state: over NATS, restarts and all replicas. */
describe('orrery host pause', () => {
  let system: System;
  beforeAll(async () => {
    system = await System.start({ hosts: ['pause-1', 'pause-2'] });
  }, 180_000);
  afterAll(() => system?.close());

  const paused = async (name: string) => (await system.api.get(`/v1/hosts/${name}`, Host)).paused;
  const containers = async (name: string) => (await system.host(name).simulated()).containers.map((one) => one.name);

  it('makes commands wait and says how to resume, over a restart of the agent, while the other host keeps working', async () => {
    expect((await system.cli('host', 'pause', 'pause-1')).code).toBe(0);
    const launched = await system.launch('pause-1', 'held');
    const waiting = await system.reaches(launched.id, ['waiting']);
    expect(waiting.outcome).toMatchObject(WAITS);
    expect(waiting.outcome).toHaveProperty('fix', expect.stringContaining('orrery host resume'));
    await system.done((await system.launch('pause-2', 'free')).id);
    await system.host('pause-1').process.kill();
    await (await system.host('pause-1').start()).welcomed();
    expect((await system.command(launched.id)).outcome).toMatchObject(WAITS);
    expect(await containers('pause-1')).toEqual([]);
    expect((await system.cli('status')).out).toContain('pause-1 is paused');
    expect((await system.cli('host', 'resume', 'pause-1')).code).toBe(0);
    await system.done(launched.id);
    expect(await containers('pause-1')).toEqual(['held']);
  }, 120_000);

  it('pauses all hosts only with confirmation, shows who paused them, and resumes them all', async () => {
    const refused = await system.cli('pause', '--all');
    expect([refused.code, await paused('pause-1'), await paused('pause-2')]).toEqual([4, false, false]);
    expect((await system.cli('pause')).code).toBe(2);
    const { code, out } = await system.cli('pause', '--all', '--yes');
    expect([code, await paused('pause-1'), await paused('pause-2')]).toEqual([0, true, true]);
    expect(out).toMatch(/pause-1 .*paused[\s\S]*pause-2 .*paused/);
    const told = (await system.api.get('/v1/events?type=host.paused', EventPage)).items;
    expect(told.map(({ data }) => (data as { by?: string }).by)).toEqual(told.map(() => 'admin'));
    expect((await system.cli('resume', '--all', '--yes')).code).toBe(0);
    expect([await paused('pause-1'), await paused('pause-2')]).toEqual([false, false]);
    await expectSettledWorld(system);
  }, 120_000);
});
