import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { covers, parsePrefix } from '@orrery/shared/addresses';
import { newId, Secret } from '@orrery/shared/runtime';
import { eventually } from '../support/eventually.js';
import { findLabEngine } from '../support/zerotier/lab-engine.js';
import { MachineLab } from './machine/machine-lab.js';
import { importImage } from './machine/tiny-image.js';
import { asOnCalmMachine } from '../support/calm.js';

jest.setTimeout(90_000);
const engine = await findLabEngine();

function holds(prefix: string, address: string): boolean {
  const [outer, inner] = [parsePrefix(prefix), parsePrefix(address)];
  return outer !== undefined && inner !== undefined && covers(outer, inner);
}

(engine ? describe : describe.skip)('the real machine, in trouble', () => {
  let lab: MachineLab;
  const images: string[] = [];

  beforeAll(async () => {
    if (engine) lab = await MachineLab.open(engine);
  });
  afterAll(async () => {
    for (const image of images) await lab.world.docker.getImage(image).remove({ force: true });
    await lab?.close();
  });

  /** Expects a refusal with a fix, within the ten seconds that a person is willing to wait. */
  async function refusedSoon(step: Parameters<MachineLab['refusal']>[0]) {
    const begun = performance.now();
    const error = await lab.refusal(step);
    expect(performance.now() - begun).toBeLessThan(asOnCalmMachine(10_000));
    expect(error.fix).not.toBe('');
    return error;
  }
  const create = (blueprint: ReturnType<MachineLab['blueprint']>) => ({
    node: blueprint.node,
    item: blueprint.item,
    step: 'create-container' as const,
    blueprint,
  });

  it('reports that an image is absent, and knows which are present', async () => {
    const blueprint = lab.blueprint('absent', [], { image: 'orrery-test/absent:1' });
    const { node, item } = blueprint;
    await lab.do({ node, item, step: 'mint-identity', image: lab.config.zerotierImage });
    expect(await refusedSoon(create(blueprint))).toMatchObject({ code: 'image-absent' });
    const { imagePresent } = await lab.machine.facts(lab.scope);
    expect(imagePresent(lab.config.zerotierImage)).toBe(true);
    expect(imagePresent('orrery-test/absent:1')).toBe(false);
  });

  it('reports that a registry refused a pull', async () => {
    const about = { node: newId('nod'), item: newId('itm'), step: 'pull-image' as const };
    expect(await refusedSoon({ ...about, image: '127.0.0.1:1/zerotier/zerotier:1.14.2' })).toMatchObject({
      code: 'pull-refused',
      fix: expect.stringContaining('docker pull'),
    });
    await lab.do({ ...about, image: lab.config.zerotierImage });
  });

  it('distinguishes an image without zerotier-one from one for another platform', async () => {
    const about = { node: newId('nod'), item: newId('itm'), step: 'mint-identity' as const };
    const empty = await importImage(lab.world.docker, [{ path: 'etc/', mode: 0o755 }]);
    const alien = await importImage(lab.world.docker, [
      { path: 'usr/sbin/', mode: 0o755 },
      { path: 'usr/sbin/zerotier-idtool', mode: 0o755, content: '\u007fELF is not what this is' },
    ]);
    images.push(empty, alien);
    expect(await refusedSoon({ ...about, image: empty })).toMatchObject({ code: 'image-unsuitable' });
    expect(await refusedSoon({ ...about, image: alien })).toMatchObject({ code: 'image-architecture' });
    expect(lab.identities.has(about.node)).toBe(false);
  });

  it('never touches a container that has the name and that it did not create', async () => {
    const blueprint = lab.blueprint('taken');
    const { node, item, image, name } = blueprint;
    const foreign = await lab.world.docker.createContainer({
      name: `orrery-${name}`,
      Image: image,
      Labels: {
        'io.orrery.host': lab.config.host,
        'io.orrery.item': item,
        'io.orrery.node': node,
        'io.orrery.name': name,
      },
      HostConfig: { NetworkMode: 'none', Privileged: true },
    });
    expect(await lab.containerOf(blueprint)).toMatchObject([{ ours: false, engineId: foreign.id }]);
    await lab.do({ node, item, step: 'mint-identity', image });
    expect(await refusedSoon(create(blueprint))).toMatchObject({ code: 'container-name-taken' });
    const engineId = foreign.id;
    expect(await refusedSoon({ node, item, step: 'remove-container', engineId, name })).toMatchObject({
      code: 'container-name-taken',
    });
    expect(await refusedSoon({ node, item, step: 'start-container', engineId })).toMatchObject({
      code: 'container-name-taken',
    });
    expect((await foreign.inspect()).State.Status).toBe('created');
    await foreign.remove();
    await lab.do(create(blueprint));
    expect(await lab.containerOf(blueprint)).toMatchObject([{ ours: true }]);
  });

  it('does not start a container that a killed agent left half made, and recreates it', async () => {
    const blueprint = lab.blueprint('half');
    const { node, item, image } = blueprint;
    await lab.do({ node, item, step: 'mint-identity', image });
    await lab.do(create(blueprint));
    const whole = await lab.world.docker.getContainer(await lab.engineIdOf(blueprint)).inspect();
    await lab.world.docker.getContainer(whole.Id).remove();
    const { Image, Hostname, User, WorkingDir, Entrypoint, Labels, HostConfig } = {
      ...whole.Config,
      HostConfig: whole.HostConfig,
    };
    const half = await lab.world.docker.createContainer({
      name: whole.Name.slice(1),
      ...{ Image, Hostname, User, WorkingDir, Entrypoint, Labels, HostConfig, Cmd: [] },
    });
    expect(await lab.containerOf(blueprint)).toMatchObject([{ ours: true, engineId: half.id }]);
    expect(await refusedSoon({ node, item, step: 'start-container', engineId: half.id })).toMatchObject({
      transient: true,
    });
    expect(await lab.containerOf(blueprint)).toEqual([]);
    await lab.do(create(blueprint));
    await lab.do(create(blueprint));
    const engineId = await lab.engineIdOf(blueprint);
    await lab.do({ node, item, step: 'start-container', engineId });
    expect((await lab.nodeOf(blueprint)).daemon).toMatchObject({
      value: { address: (await lab.identities.get(node))?.address },
    });
  });

  it('reports why a container ended right after its start', async () => {
    const blueprint = lab.blueprint('broken');
    const { node, item, image } = blueprint;
    await lab.do({ node, item, step: 'mint-identity', image });
    const secrets = await lab.identities.get(node);
    if (secrets) await lab.identities.put(node, { ...secrets, identitySecret: new Secret('garbage') });
    await lab.do(create(blueprint));
    const engineId = await lab.engineIdOf(blueprint);
    expect(await refusedSoon({ node, item, step: 'start-container', engineId })).toMatchObject({
      code: 'identity-lost',
    });
  });

  it('has a bridge of its own, closed between containers, and recreates a container after a prune', async () => {
    const name = `${lab.config.dockerNetwork}-own`;
    const machine = lab.another({ dockerNetwork: name });
    const blueprint = lab.blueprint('pruned');
    const { node, item, image } = blueprint;
    await lab.do({ node, item, step: 'mint-identity', image });
    await lab.do(create(blueprint), machine);
    const network = lab.world.docker.getNetwork(name);
    expect(await network.inspect()).toMatchObject({
      Driver: 'bridge',
      Options: { 'com.docker.network.bridge.enable_icc': 'false' },
      Labels: { 'io.orrery.network': 'true' },
    });
    await network.remove();
    const [{ engineId } = { engineId: '' }] = await lab.containerOf(blueprint, machine);
    const error = await lab.refusal({ node, item, step: 'start-container', engineId }, machine);
    expect(error).toMatchObject({ transient: true, message: expect.stringContaining('network') });
    expect(await lab.containerOf(blueprint, machine)).toEqual([]);
  });

  it('leaves a foreign network alone that has the name of the one with which it asks for a free subnet', async () => {
    const name = `${lab.config.dockerNetwork}-shy`;
    const machine = lab.another({ dockerNetwork: name });
    await lab.world.docker.createNetwork({ Name: `${name}-subnet`, Internal: true });
    const blueprint = lab.blueprint('shy');
    await lab.do({ node: blueprint.node, item: blueprint.item, step: 'mint-identity', image: blueprint.image });
    await lab.do(create(blueprint), machine);
    const foreign = lab.world.docker.getNetwork(`${name}-subnet`);
    expect(await foreign.inspect()).toMatchObject({ Internal: true });
    const [{ engineId } = { engineId: '' }] = await lab.containerOf(blueprint, machine);
    await lab.world.docker.getContainer(engineId).remove({ force: true, v: true });
    await Promise.all([foreign.remove(), lab.world.docker.getNetwork(name).remove()]);
  });

  it('gives a node the same address on its bridge each time, and another one if something else has it', async () => {
    const name = `${lab.config.dockerNetwork}-fixed`;
    const machine = lab.another({ dockerNetwork: name });
    const blueprint = lab.blueprint('fixed');
    const { node, item, image } = blueprint;
    await lab.do({ node, item, step: 'mint-identity', image });
    const made = async () => {
      await lab.do(create(blueprint), machine);
      const [{ engineId } = { engineId: '' }] = await lab.containerOf(blueprint, machine);
      const { NetworkSettings } = await lab.world.docker.getContainer(engineId).inspect();
      return { engineId, address: NetworkSettings.Networks[name]?.IPAMConfig?.IPv4Address ?? '' };
    };
    const first = await made();
    const network = lab.world.docker.getNetwork(name);
    const { IPAM } = (await network.inspect()) as { IPAM: { Config: { Subnet: string; IPRange: string }[] } };
    const [{ Subnet, IPRange } = { Subnet: '', IPRange: '' }] = IPAM.Config;
    expect([holds(Subnet, first.address), holds(IPRange, first.address)]).toEqual([true, false]);
    await lab.world.docker.getContainer(first.engineId).remove({ force: true, v: true });
    const again = await made();
    expect(again.address).toBe(first.address);
    const squatter = await lab.world.docker.createContainer({
      ...{ Image: image, Entrypoint: ['sleep'], Cmd: ['600'], HostConfig: { NetworkMode: name } },
      NetworkingConfig: { EndpointsConfig: { [name]: { IPAMConfig: { IPv4Address: first.address } } } },
    });
    await squatter.start();
    const start = { node, item, step: 'start-container' as const, engineId: again.engineId };
    expect(await lab.refusal(start, machine)).toMatchObject({
      ...{ transient: true, message: expect.stringContaining(first.address) },
    });
    const other = await made();
    expect(other.address).not.toBe(first.address);
    expect([holds(Subnet, other.address), holds(IPRange, other.address)]).toEqual([true, false]);
    await lab.world.docker.getContainer(other.engineId).remove({ force: true, v: true });
    await squatter.remove({ force: true, v: true });
    await network.remove();
  });

  it('puts nothing on a network of that name that does not belong to Orrery', async () => {
    const name = `${lab.config.dockerNetwork}-foreign`;
    await lab.world.docker.createNetwork({ Name: name, Internal: true });
    const blueprint = lab.blueprint('foreign-net');
    await lab.do({ node: blueprint.node, item: blueprint.item, step: 'mint-identity', image: blueprint.image });
    expect(await lab.refusal(create(blueprint), lab.another({ dockerNetwork: name }))).toMatchObject({
      code: 'container-name-taken',
    });
    await lab.world.docker.getNetwork(name).remove();
  });

  it('removes what a killed agent left of its minting, and only its own', async () => {
    const make = (host: string) =>
      lab.world.docker.createContainer({
        Image: lab.config.zerotierImage,
        Labels: { 'io.orrery.throwaway': host },
        HostConfig: { NetworkMode: 'none' },
      });
    const [own, others] = [await make(lab.config.host), await make(newId('hst'))];
    await lab.look(lab.another());
    await expect(own.inspect()).rejects.toMatchObject({ statusCode: 404 });
    expect((await others.inspect()).Id).toBe(others.id);
    await others.remove();
  });

  it('reports unknown, and removes nothing, when there is no engine', async () => {
    const blueprint = lab.blueprint('unseen');
    const machine = lab.another({ dockerSocket: '/nowhere/docker.sock' });
    const state = await lab.look(machine);
    expect(state).toMatchObject({
      ...{ engine: { known: false, code: 'docker-unreachable' }, containers: { known: false } },
      workloads: { known: false, code: 'docker-unreachable' },
    });
    const node = state.nodes.find((one) => one.node === blueprint.node);
    expect(node).toMatchObject({
      daemon: { known: false, code: 'docker-unreachable' },
      memberships: { known: false },
      interfaces: { known: false },
      peers: { known: false },
    });
    expect((await machine.facts(lab.scope)).imagePresent(lab.config.zerotierImage)).toBeUndefined();
  });

  it('reports a host without zerotier-one as such', async () => {
    const { nodes } = await lab.look();
    expect(nodes[0]).toMatchObject({
      node: lab.scope.hostNode,
      kind: 'host',
      daemon: { known: false, code: 'zerotier-missing' },
      interfaces: { known: true },
    });
  });

  it('gives a hint when a container changes, and returns its log', async () => {
    const blueprint = lab.blueprint('watched');
    const engineId = await lab.launch(blueprint);
    let hints = 0;
    const abort = new AbortController();
    lab.machine.watch(() => hints++, abort.signal);
    await eventually(() => hints > 0, { what: 'the first hint' });
    const before = hints;
    await lab.look();
    await lab.world.docker.getContainer(engineId).pause();
    await eventually(() => hints > before, { what: 'a hint of the pause' });
    await lab.world.docker.getContainer(engineId).unpause();
    abort.abort();
    expect(await lab.machine.logs(blueprint.node, 20)).toContain('Control Plane');
  });
});
