import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  Accepted,
  Admission,
  AdmissionPage,
  Container,
  Controller,
  ControllerAccepted,
  EventPage,
  InterfacePage,
  Network,
  NetworkMade,
  type Command,
} from '@orrery/shared/contracts';
import { eventually } from '../support/servers.js';
import { expectSettledWorld } from '../support/system/settled-world.js';
import { System } from '../support/system/system.js';

/**
 * Nobody clicks "authorize": Orrery knows which nodes it launches. Simulated hosts of one world, over all processes.
 */
describe('a managed network', () => {
  let system: System;
  let lab: NetworkMade;
  beforeAll(async () => {
    system = await System.start({ hosts: ['lap-7', 'web-1'] });
  }, 180_000);
  afterAll(() => system?.close());

  const launch = async (host: string, name: string, network = 'lab'): Promise<Command> => {
    const body = { name, networks: [network] };
    const { command } = await system.api.ask('POST', `/v1/hosts/${host}/containers`, Accepted, { body });
    return system.done(command.id);
  };
  const admissions = async (query = '') =>
    (await system.api.get(`/v1/admissions?network=lab${query}`, AdmissionPage)).items;
  const put = (node: string, body: object) =>
    system.api.ask('PUT', `/v1/networks/lab/admissions/${encodeURIComponent(node)}`, Admission, { body });
  const admitted = async (node: string) =>
    (await admissions()).find((one) => one.node?.name === node)?.controller?.authorized;
  const stagesOf = ({ stages }: Command) => stages.map(({ stage }) => stage);

  it('starts with a controller that is launched for it, and a pool that overlaps no route of any host', async () => {
    const post = { kind: 'self-hosted', host: 'lap-7' };
    const { command } = await system.api.ask('POST', '/v1/controllers', ControllerAccepted, { body: post });
    await system.done(command.id);
    await eventually(async () => (await system.api.get('/v1/controllers/lap-7', Controller)).state === 'up', {
      within: 20_000,
    });
    lab = await system.api.ask('POST', '/v1/networks', NetworkMade, { body: { name: 'lab' } });
    expect(lab).toMatchObject({ name: 'lab', managedBy: { name: 'lap-7' }, sync: { state: 'applied' }, findings: [] });
    const { address } = await system.api.get('/v1/controllers/lap-7', Controller);
    expect(lab.id.slice(0, 10)).toBe(address);
    expect(lab.config?.routes).toHaveLength(1);
    expect(lab.checkedHosts).toBe(2);
  }, 120_000);

  it('has a launched node authorized before it starts, on either host, with an address of the pool', async () => {
    const [here, there] = [await launch('lap-7', 'hello'), await launch('web-1', 'hello')];
    for (const command of [here, there]) {
      const stages = stagesOf(command);
      expect(stages.indexOf('authorized')).toBeGreaterThanOrEqual(0);
      expect(stages.indexOf('authorized')).toBeLessThan(stages.indexOf('started'));
      expect(command.stages.find(({ stage }) => stage === 'authorized')?.detail).toMatch(
        /^[0-9a-f]{10} \(admission: fleet\)$/,
      );
    }
    const { items } = await system.api.get('/v1/interfaces?network=lab', InterfacePage);
    const base = lab.config?.routes[0]?.target.replace(/\.0\/24$/, '.') ?? '';
    expect(items).toHaveLength(2);
    for (const { addresses } of items) expect(addresses[0]).toContain(base);
    expect(await admissions('&pending=true')).toEqual([]);
  }, 120_000);

  it('authorizes a running node first, and then makes it join', async () => {
    const { command } = await system.api.ask('PUT', '/v1/nodes/web-1/networks/lab', Accepted, { body: {} });
    await system.done(command.id);
    expect(await admitted('web-1')).toBe(true);
  }, 120_000);

  it('deauthorizes a node that leaves or is denied, whatever the node shows', async () => {
    const { command } = await system.api.ask('DELETE', '/v1/nodes/web-1/networks/lab', Accepted);
    await system.done(command.id);
    await eventually(async () => (await admissions()).filter((one) => one.host?.name === 'web-1').length === 2, {
      within: 20_000,
    });
    await eventually(async () => (await admitted('web-1')) === false, {
      within: 20_000,
      what: 'it is no longer authorized',
    });
    await put('web-1/hello', { verdict: 'deny' });
    expect(await admitted('web-1/hello')).toBe(false);
    await put('web-1/hello', { verdict: null });
    expect(await admitted('web-1/hello')).toBe(true);
    const told = await system.api.get('/v1/events?type=admission.deauthorized', EventPage);
    expect(told.items.map(({ data }) => data.by).sort()).toEqual(['admin', 'admission: left']);
  }, 120_000);

  it('keeps working when its controller is unreachable: a new launch waits, and is done when the controller is back', async () => {
    await system.host('lap-7').process.kill();
    await system.presence('lap-7', 'unreachable');
    const body = { name: 'late', networks: ['lab'] };
    const { command } = await system.api.ask('POST', '/v1/hosts/web-1/containers', Accepted, { body });
    await eventually(async () => (await system.command(command.id)).state !== 'queued', { within: 30_000 });
    expect((await system.api.get('/v1/networks/lab', Network)).sync).toMatchObject({ state: 'pending' });
    await (await system.host('lap-7').start()).welcomed();
    await system.done(command.id);
    expect(await admitted('web-1/late')).toBe(true);
  }, 180_000);

  it('has its containers back with the same addresses after its controller was recreated', async () => {
    const before = (await system.api.get('/v1/interfaces?network=lab', InterfacePage)).items.map(
      ({ node, addresses }) => [node.name, addresses],
    );
    const { command } = await system.api.ask('POST', '/v1/hosts/lap-7/containers/controller/restart', Accepted);
    await system.done(command.id);
    const restarted = await system.api.ask('POST', '/v1/hosts/web-1/containers/hello/restart', Accepted);
    await system.done(restarted.command.id);
    const after = (await system.api.get('/v1/interfaces?network=lab', InterfacePage)).items.map(
      ({ node, addresses }) => [node.name, addresses],
    );
    expect(after).toEqual(before);
  }, 180_000);

  it('is deleted only when its name is confirmed, and then its nodes can be removed', async () => {
    await system.api.refused('DELETE', '/v1/networks/lab', 'confirmation-required');
    await system.api.ask('DELETE', '/v1/networks/lab?confirm=lab', Network);
    await system.api.refused('GET', '/v1/controllers/nobody', 'unknown-controller');
    const remove = await system.api.ask('DELETE', '/v1/hosts/web-1/containers/hello', Accepted);
    await system.done(remove.command.id);
    await expect(system.api.get('/v1/hosts/web-1/containers/hello', Container)).rejects.toThrow('unknown-container');
    await expectSettledWorld(system);
  }, 120_000);
});
