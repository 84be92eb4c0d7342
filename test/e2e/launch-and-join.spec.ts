import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Command, CommandPage, ContainerPage, MembershipPage, Status } from '@orrery/shared/contracts';
import { eventually } from '../support/servers.js';
import { expectSettledWorld } from '../support/system/settled-world.js';
import { stillWaiting } from '../support/system/still-waiting.js';
import { PRIVATE, PUBLIC, PUBLIC_TOO, System } from '../support/system/system.js';

/** The README's story, with the real CLI, API and agent, on a simulated host. */
describe('a person with the CLI', () => {
  let system: System;
  beforeAll(async () => {
    system = await System.start({ hosts: ['cloud-1'] });
  }, 120_000);
  afterAll(() => system?.close());

  const container = async (name: string) =>
    (await system.host('cloud-1').simulated()).containers.find((one) => one.name === name);
  const networks = async (node: string) => {
    const { items } = await system.api.get(`/v1/memberships?node=${encodeURIComponent(node)}`, MembershipPage);
    return items.map(({ network }) => network.id).sort();
  };

  it('launches a container on a public network and sees each stage, the interface and the address', async () => {
    const launch = await system.cli('launch', 'demo', '--host', 'cloud-1', '--network', PUBLIC, '--wait=60s');
    expect(launch.out).toContain('(simulated)');
    for (const stage of ['accepted', 'delivered', 'pull', 'identity', 'created', 'started', 'daemon', 'authorized'])
      expect(launch.out).toMatch(new RegExp(`✓ ${stage}`));
    expect(launch.out).toMatch(/✓ interface +zt[a-z2-7]{8}/);
    expect(launch.out).toMatch(/✓ address +\d+\.\d+\.\d+\.\d+\/\d+/);
    expect(launch.out).toMatch(/done in/);
    expect(launch.code).toBe(0);
  }, 100_000);

  it('changes nothing when it launches again with the same spec, and is refused with another one', async () => {
    const before = await container('demo');
    const same = await system.cli('launch', 'demo', '--host', 'cloud-1', '--network', PUBLIC, '--wait=60s');
    expect([same.code, (await container('demo'))?.startedAt]).toEqual([0, before?.startedAt]);
    const other = await system.cli('launch', 'demo', '--host', 'cloud-1', '--network', PUBLIC_TOO, '--wait=60s');
    expect([other.code, other.out]).toEqual([4, expect.stringContaining('container-differs')]);
  }, 100_000);

  it('waits for the authorization on a private network, with exit 3, and is done when it is granted', async () => {
    const args = ['launch', 'inside', '--host', 'cloud-1', '--network', PRIVATE];
    const launch = await stillWaiting((...words) => system.cli(...words), 'waiting (authorization)', ...args);
    expect(launch.out).toMatch(/waiting \(authorization\)/);
    expect(launch.code).toBe(3);
    const { items } = await system.api.get('/v1/commands', CommandPage);
    const command = items.find(({ target }) => target === 'inside on cloud-1');
    expect(command).toMatchObject({ state: 'waiting', outcome: { code: 'authorization' } });

    await system.host('cloud-1').authorize(PRIVATE);
    const wait = await system.cli('command', 'wait', command?.id ?? '', '--wait=60s', '-o', 'json');
    expect(wait.code).toBe(0);
    const ended = Command.parse([JSON.parse(wait.stdout) as unknown].flat()[0]);
    expect(ended).toMatchObject({ state: 'done' });
    const stages = ended.stages.map(({ stage }) => stage);
    expect(stages.indexOf('authorization')).toBeGreaterThan(-1);
    expect(stages.indexOf('authorized')).toBeGreaterThan(stages.indexOf('authorization'));
  }, 120_000);

  it('makes the host itself join and leave, and it stays out', async () => {
    expect((await system.cli('join', 'cloud-1', PUBLIC_TOO, '--wait=60s')).code).toBe(0);
    expect(await networks('cloud-1')).toEqual([PUBLIC_TOO]);
    const refused = await system.cli('leave', 'cloud-1', PUBLIC_TOO, '--wait=60s');
    expect([refused.code, await networks('cloud-1')]).toEqual([4, [PUBLIC_TOO]]);
    expect((await system.cli('leave', 'cloud-1', PUBLIC_TOO, '--yes', '--wait=60s')).code).toBe(0);
    expect(await networks('cloud-1')).toEqual([]);
    expect((await system.host('cloud-1').simulated()).host.files).toEqual({});
  }, 120_000);

  it('restarts a container with the same identity and address', async () => {
    const before = await container('demo');
    expect((await system.cli('restart', 'cloud-1/demo', '--wait=60s')).code).toBe(0);
    const after = await container('demo');
    expect(after?.daemon.identityPublic).toBe(before?.daemon.identityPublic);
    expect(after?.startedAt).not.toBe(before?.startedAt);
  }, 100_000);

  it('removes a container with its identity, and it stays removed when the agent restarts', async () => {
    expect((await system.cli('rm', 'cloud-1/inside', '--yes', '--wait=60s')).code).toBe(0);
    const host = system.host('cloud-1');
    expect(await host.process.kill('SIGTERM')).toBe(0);
    await (await host.start()).welcomed();
    await expectSettledWorld(system);
    const { items } = await system.api.get('/v1/containers', ContainerPage);
    expect(items.map(({ name }) => name)).toEqual(['demo']);
    expect((await host.identities()).size).toBe(1);
  }, 120_000);

  it('sees in status that there are no problems', async () => {
    const status = await system.cli('status', '-o', 'json');
    expect(Status.parse(JSON.parse(status.stdout))).toMatchObject({
      hosts: { online: 1, simulated: 1 },
      containers: { running: 1, total: 1 },
      commands: { unfinished: 0 },
      attention: [],
    });
  }, 60_000);

  it('leaves a healthy system without an error in its logs', async () => {
    await eventually(() => system.host('cloud-1').isRunning);
    expect([...system.api.process.log(50), ...system.host('cloud-1').process.log(50)]).toEqual([]);
  });
});
