import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { AcceptedGroup, CommandPage, Container, DryRun, Host } from '@orrery/shared/contracts';
import { expectSettledWorld } from '../support/system/settled-world.js';
import { PUBLIC, PUBLIC_TOO, System } from '../support/system/system.js';

/** Changes on several hosts, one of which can be unreachable, by people who do not know of each other. */
describe('several simulated hosts', () => {
  let system: System;
  beforeAll(async () => {
    system = await System.start({
      hosts: ['cloud-1', 'cloud-2', 'site-1'],
      agent: (name) => ({ ORRERY_HOST_LABELS: `site=${name.split('-')[0]}` }),
    });
  }, 120_000);
  afterAll(() => system?.close());

  const names = async (host: string) => (await system.host(host).simulated()).containers.map(({ name }) => name).sort();

  it('get a launch by selector: one command for each host that matches, none for the others', async () => {
    const spec = { networks: [PUBLIC] };
    const body = { selector: 'site=cloud', command: { action: 'launch', name: 'edge', spec }, confirm: 2 };
    await system.api.refused('POST', '/v1/commands', 'confirmation-required', { body: { ...body, confirm: 3 } });
    const { group, commands } = await system.api.ask('POST', '/v1/commands', AcceptedGroup, { body });
    expect(commands.map(({ host }) => host.name).sort()).toEqual(['cloud-1', 'cloud-2']);
    for (const { id } of commands) await system.done(id);
    expect(await Promise.all(['cloud-1', 'cloud-2', 'site-1'].map(names))).toEqual([['edge'], ['edge'], []]);
    expect((await system.api.get(`/v1/commands?group=${group}`, CommandPage)).items).toHaveLength(2);
  }, 100_000);

  it('show in a dry run what would be done, and do none of it', async () => {
    const before = (await system.api.get('/v1/commands', CommandPage)).items.length;
    const body = { name: 'dry', networks: [PUBLIC] };
    const dry = await system.api.ask('POST', '/v1/hosts/site-1/containers?dryRun=true', DryRun, { body });
    expect(dry.hosts[0]?.steps?.map(({ step }) => step)).toEqual([
      'pull-image',
      'mint-identity',
      'create-container',
      'start-container',
    ]);
    expect((await system.api.get('/v1/commands', CommandPage)).items).toHaveLength(before);
    expect(await names('site-1')).toEqual([]);
    await system.api.refused('GET', '/v1/hosts/site-1/containers/dry', 'unknown-container');
    await expectSettledWorld(system);
  }, 100_000);

  it('queue requests while one is unreachable, and carry them out when it is back', async () => {
    const host = system.host('site-1');
    await host.process.kill();
    await system.presence('site-1', 'unreachable');
    const launch = await system.launch('site-1', 'later');
    const join = await system.change('PUT', `/v1/nodes/site-1/networks/${PUBLIC_TOO}`);
    const cancelled = await system.launch('site-1', 'never');
    await system.change('DELETE', `/v1/commands/${cancelled.id}`);
    expect((await system.command(cancelled.id)).state).toBe('cancelled');
    expect((await system.command(launch.id)).state).toBe('queued');
    await host.start();
    await system.done(launch.id);
    await system.done(join.id);
    await expectSettledWorld(system);
    expect(await names('site-1')).toEqual(['later']);
    await system.api.refused('DELETE', `/v1/commands/${launch.id}`, 'not-cancellable');
  }, 150_000);

  it('let the first of two editors win and notify the second', async () => {
    const path = '/v1/hosts/site-1/containers/later';
    const read = () => system.api.raw('GET', path);
    const [first, second] = [await read(), await read()];
    expect(Container.parse(await first.json())).toMatchObject({ name: 'later' });
    await second.text();
    const tag = { 'if-match': first.headers.get('etag') ?? '' };
    const spec = (memoryMb: number) => ({ networks: [PUBLIC], limits: { memoryMb } });
    const won = await system.change('PUT', path, spec(128), tag);
    await system.api.refused('PUT', path, 'revision-conflict', { body: spec(512), headers: tag });
    await system.done(won.id);
    expect(await system.api.get(path, Container)).toMatchObject({ limits: { memoryMb: 128 } });
    const host = await system.api.raw('GET', '/v1/hosts/site-1');
    await host.text();
    const [a, b] = await Promise.all(
      ['red', 'blue'].map((color) =>
        system.api.raw('PATCH', '/v1/hosts/site-1', {
          body: { setLabels: { color } },
          headers: { 'if-match': host.headers.get('etag') ?? '' },
        }),
      ),
    );
    expect([a?.status, b?.status].sort()).toEqual([200, 412]);
    const winner = a?.status === 200 ? 'red' : 'blue';
    expect(await system.api.get('/v1/hosts/site-1', Host)).toMatchObject({ labels: { color: winner } });
  }, 100_000);
});
