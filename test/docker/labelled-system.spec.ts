import { chmod, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { Finding, Network, ShownWorkload, type NetworkId } from '@orrery/shared/contracts';
import { asOnCalmMachine } from '../support/calm.js';
import { eventually } from '../support/eventually.js';
import { temporaryFolder } from '../support/servers.js';
import { hasCompose } from '../support/compose/compose-system.js';
import { findLabEngine, type LabEngine } from '../support/zerotier/lab-engine.js';
import { buildZtImage } from './orrery-zt/zt-image.js';
import { ComposeProject } from './system/compose-project.js';
import { LabController } from './system/lab-controller.js';
import { DockerSystem, HOST } from './system/docker-system.js';
import { Workloads } from './system/workloads.js';

jest.setTimeout(240_000);
const engine = await findLabEngine();
const hasPlugin = await hasCompose();
/** The promises of docs/attach.md, in milliseconds. */
const FIRST_MS = 2_000;
const BACK_MS = 1_500;
const FIVE_MS = 6_000;
const REFUSED_MS = 5_000;
const TIMES = 10;

const POOL = ['--pool', '10.95.0.10-10.95.0.250', '--route', '10.95.0.0/24'];

(engine ? describe : describe.skip)('a label, on a real engine', () => {
  let world: DockerSystem;
  let workloads: Workloads;
  let network: NetworkId;
  let policy: string;

  let rootImage: string;
  /** A name of its own: other tests run workloads on the same engine. */
  let shop: string;
  const label = () => ({ 'orrery.network': shop });

  beforeAll(async () => {
    if (!engine) return;
    const folder = await temporaryFolder('policy');
    await chmod(folder, 0o700);
    policy = join(folder, 'policy.yaml');
    await writeFile(policy, 'workloads: labelled\n', { mode: 0o600 });
    rootImage = await buildZtImage(engine.docker, engine.image);
    world = await DockerSystem.open(engine, {
      ownRoot: rootImage,
      agent: { ORRERY_POLICY_FILE: policy, ORRERY_WARM_IDENTITIES: '6' },
      api: { ORRERY_LABEL_GRACE: '2s' },
    });
    workloads = new Workloads(world, engine.image);
    shop = world.name('shop');
    await known(6);
    // A launched controller has one name on an engine that other tests use, too; any node of ours can be one.
    const theirs = await new LabController(await world.world.startMember('ruler')).network('10.94.0', {
      private: false,
    });
    const keeper = world.name('keeper');
    const setUp = [
      ['launch', keeper, '--host', HOST, '--network', theirs, '--wait=60s'],
      ['controller', 'add', `${HOST}/${keeper}`, '--existing', '--name', keeper],
      // Nobody ever gets .254.
      ['network', 'create', shop, '--controller', keeper, ...POOL, '--wait=60s'],
    ];
    for (const words of setUp) expect(await cli(...words)).toMatchObject({ code: 0 });
    network = Network.parse(await json('network', 'get', shop)).id;
    await known(6);
  });
  afterAll(async () => {
    await workloads?.close();
    await world?.close();
    if (rootImage) await world.docker.getImage(rootImage).remove();
  });

  /** The root lets in only one node at a time that it was not told of. */
  const known = (identities: number) =>
    eventually(
      async () => {
        const free = await world.system.sql<{ address: string }>(`SELECT address FROM identities WHERE state = 'free'`);
        const told = await readdir(join(world.door, 'known')).catch((): string[] => []);
        return free.length >= identities && free.every(({ address }) => told.includes(address));
      },
      { within: 60_000, every: 200, what: `the root knows ${identities} identities` },
    );
  const cli = (...words: string[]) => world.system.cli(...words);
  const json = async (...words: string[]) => JSON.parse((await cli(...words, '-o', 'json')).stdout) as unknown;
  const listed = async (service: string): Promise<ShownWorkload | undefined> => {
    const all = ShownWorkload.array().parse(await json('workload', 'ls', '--host', HOST));
    return all.find(({ workload }) => workload === workloads.reference(service));
  };
  const sidecar = async (service: string) => {
    const [found] = await workloads.sidecars(service);
    return world.docker.getContainer(found?.Id ?? '');
  };
  /** About this network; other findings of its kind are about workloads of other tests. */
  const finding = async (code: string, about: NetworkId | null = network) =>
    Finding.array()
      .parse(await json('finding', 'ls', '--host', HOST))
      .find((one) => one.code === code && one.network === about);

  it('has no effect while its network does not admit labels, and says how to change that', async () => {
    await workloads.up('db', label());
    const found = await eventually(() => finding('label-without-effect'), { within: 30_000, what: 'the finding' });
    expect(found.fix).toContain(`orrery network set ${shop} --labels on`);
    expect(await workloads.sidecars('db')).toEqual([]);
    expect(await listed('db')).toMatchObject({
      node: null,
      networks: [{ network: shop, code: 'label-without-effect' }],
    });
  });

  it('attaches what already wears it as soon as the network admits labels', async () => {
    const before = await workloads.container('db').inspect();
    expect((await cli('network', 'set', shop, '--labels', 'on')).code).toBe(0);
    expect(await workloads.addressed(network, 'db')).toMatch(/^10\.95\.0\./);
    const after = await workloads.container('db').inspect();
    // What inspect shows of it is unchanged.
    expect([after.State, after.Config, after.HostConfig, after.NetworkSettings]).toEqual([
      ...[before.State, before.Config, before.HostConfig, before.NetworkSettings],
    ]);
    expect(await json('commands')).toContainEqual(
      expect.objectContaining({ action: 'launch', by: `label ${HOST}/${workloads.project}-db-1` }),
    );
    await eventually(async () => (await finding('label-without-effect')) === undefined, {
      within: 10_000,
      what: 'no finding',
    });
  });

  it('gives a container its address soon after its start', async () => {
    await known(6);
    const begun = performance.now();
    await workloads.up('soon', label());
    await workloads.addressed(network, 'soon');
    expect(performance.now() - begun).toBeLessThan(asOnCalmMachine(FIRST_MS));
  });

  it('attaches five services that come up at once, and replicas of one as different nodes', async () => {
    await known(6);
    const begun = performance.now();
    const five = [1, 2, 3, 4, 5];
    await Promise.all(five.map((number) => workloads.up('web', label(), number)));
    const addresses = await Promise.all(five.map((number) => workloads.addressed(network, 'web', { number })));
    expect(performance.now() - begun).toBeLessThan(asOnCalmMachine(FIVE_MS));
    expect(new Set(addresses).size).toBe(5);
    for (const number of [2, 3, 4, 5]) await workloads.down('web', number);
    await eventually(async () => (await workloads.sidecars('web', 5)).length === 0, {
      within: 20_000,
      what: 'they go',
    });
    expect(await workloads.sidecars('web', 1)).toHaveLength(1);
  });

  it('connects two workloads, neither of which knows of it', async () => {
    const [db, web] = [await workloads.addressed(network, 'db'), await workloads.addressed(network, 'web')];
    const pings = async (from: string, ...to: string[]) =>
      (await workloads.inside(from, 'ping', '-c', '1', '-W', '2', ...to)).code === 0;
    await eventually(() => pings('db', web), { within: 30_000, what: 'db reaches web' });
    await eventually(() => pings('web', db), { within: 30_000, what: 'web reaches db' });
    expect(await pings('db', '10.95.0.254')).toBe(false);
  });

  /** Does it ten times; each time the workload has the same address again, and one container of Orrery. */
  async function keepsItsAddress(service: string, change: () => Promise<unknown>): Promise<void> {
    const before = await workloads.addressed(network, service);
    const took: number[] = [];
    for (let time = 0; time < TIMES; time++) {
      await change();
      const begun = performance.now();
      expect(await workloads.addressed(network, service)).toBe(before);
      took.push(performance.now() - begun);
    }
    expect(await workloads.sidecars(service)).toHaveLength(1);
    const median = took.sort((a, b) => a - b)[TIMES / 2] ?? 0;
    expect(median).toBeLessThan(asOnCalmMachine(BACK_MS));
  }

  it(`follows a workload that is restarted ${TIMES} times`, () =>
    keepsItsAddress('db', () => workloads.container('db').restart({ t: 0 })));

  (hasPlugin ? it : it.skip)(
    `follows a service that Docker Compose recreates ${TIMES} times, scales and takes down`,
    async () => {
      const options = { name: workloads.project, network: world.world.network, label: shop };
      const project = await ComposeProject.create(engine as LabEngine, options);
      await project.compose('up', '--detach');
      await keepsItsAddress('api', () => project.compose('up', '--detach', '--force-recreate'));
      await project.compose('up', '--detach', '--scale', 'api=3');
      const replicas = [1, 2, 3].map((number) => workloads.addressed(network, 'api', { number }));
      expect(new Set(await Promise.all(replicas)).size).toBe(3);
      // What is attached wears no label of Docker Compose, so it is no orphan.
      const { length } = await world.ours();
      await project.compose('up', '--detach', '--scale', 'api=3', '--remove-orphans');
      expect(await world.ours()).toHaveLength(length);
      await project.compose('down');
      for (const number of [1, 2, 3])
        await eventually(async () => (await workloads.sidecars('api', number)).length === 0, {
          ...{ within: 20_000, what: `what was attached to replica ${number} goes` },
        });
    },
  );

  it.each<[string, () => Promise<unknown>]>([
    ['its container is killed', async () => (await sidecar('db')).kill()],
    ['its container is removed', async () => (await sidecar('db')).remove({ force: true, v: true })],
    [
      'its stopped container is pruned',
      async () => {
        await workloads.container('db').stop({ t: 0 });
        const stopped = async () => (await (await sidecar('db')).inspect()).State.Status === 'exited';
        await eventually(stopped, { within: 10_000, what: 'its container stops with it' });
        await (await sidecar('db')).remove({ v: true });
        await workloads.container('db').start();
      },
    ],
    [
      'it was restarted while the agent was away',
      async () => {
        await world.host.process.kill();
        await workloads.container('db').restart({ t: 0 });
        await world.host.start();
      },
    ],
  ])('has the same address again when %s', async (_what, happens) => {
    const before = await workloads.addressed(network, 'db');
    await happens();
    expect(await workloads.addressed(network, 'db')).toBe(before);
    await eventually(async () => (await workloads.sidecars('db')).length === 1, {
      within: 10_000,
      what: 'one container',
    });
  });

  it('is followed without API and NATS, but for a first one, which comes when they are back', async () => {
    const before = await workloads.addressed(network, 'db');
    await world.system.api.process.kill();
    await world.system.nats.kill();
    await workloads.container('db').restart({ t: 0 });
    await workloads.up('late', label());
    expect(await workloads.addressed(network, 'db')).toBe(before);
    await workloads.up('db', label());
    expect(await workloads.addressed(network, 'db')).toBe(before);
    expect(await workloads.sidecars('late')).toEqual([]);
    await world.system.nats.start();
    await world.system.api.start();
    expect(await workloads.addressed(network, 'late', { within: 60_000 })).toMatch(/^10\.95\.0\./);
  });

  it('has no effect where the host allows none', async () => {
    await writeFile(policy, 'workloads: none\n', { mode: 0o600 });
    await workloads.up('denied', label());
    const found = await eventually(() => finding('label-without-effect'), { within: 30_000, what: 'the finding' });
    expect(found.cause).toContain('nothing may be attached to containers of this host');
    expect(await workloads.sidecars('denied')).toEqual([]);
    // The control.
    await writeFile(policy, 'workloads: labelled\n', { mode: 0o600 });
    expect(await workloads.addressed(network, 'denied')).toMatch(/^10\.95\.0\./);
  });

  it('has no effect on a container that cannot be attached, and soon says why and what to do', async () => {
    const refusals: [service: string, cause: RegExp, fix: RegExp, how: Parameters<Workloads['up']>[3]][] = [
      ['hostnet', /uses the network of the host$/, /orrery join HOST NETWORK/, { HostConfig: { NetworkMode: 'host' } }],
      [
        ...(['beside', /uses the network of the container .*-db-1$/, /^Attach .*-db-1 instead/] as const),
        { HostConfig: { NetworkMode: `container:${workloads.container('db').id}` } },
      ],
      [
        'nonet',
        /no way out of its host/,
        /a bridge network that is not internal/,
        { HostConfig: { NetworkMode: 'none' } },
      ],
      [
        ...(['oneoff', /a task of Docker Swarm or of `docker compose run`/, /^Attach a service/] as const),
        { Labels: { ...label(), 'com.docker.compose.oneoff': 'True' } },
      ],
      [
        'swarm',
        /a task of Docker Swarm/,
        /^Attach a service/,
        { Labels: { ...label(), 'com.docker.swarm.task.id': 'x' } },
      ],
      [
        'lost',
        /there is no network absent/,
        /orrery network create absent/,
        { Labels: { 'orrery.network': 'absent' } },
      ],
      [
        ...(['outside', /no route of shop-\w+ covers the address 10.1.2.3/, /within a route of shop-/] as const),
        { Labels: { ...label(), [`orrery.networks.${shop}.address`]: '10.1.2.3' } },
      ],
    ];
    const begun = performance.now();
    await Promise.all(refusals.map(([service, , , how]) => workloads.up(service, label(), 1, how)));
    const shown = async () => {
      const all = ShownWorkload.array().parse(await json('workload', 'ls', '--host', HOST));
      return refusals.map(([service]) => all.find(({ name }) => name === `${workloads.project}-${service}-1`));
    };
    const isTold = (one?: ShownWorkload) => typeof one?.networks[0]?.code === 'string';
    const told = await eventually(async () => (await shown()).every(isTold) && shown(), {
      ...{ within: 30_000, every: 100, what: 'each has its reason' },
    });
    expect(performance.now() - begun).toBeLessThan(asOnCalmMachine(REFUSED_MS));
    for (const [at, [, cause, fix]] of refusals.entries())
      expect(told[at]).toMatchObject({
        node: null,
        networks: [
          {
            ...{ code: 'label-without-effect', cause: expect.stringMatching(cause) },
            fix: expect.stringMatching(fix),
          },
        ],
      });
    for (const [service] of refusals) expect(await workloads.sidecars(service)).toEqual([]);
    const found = Finding.array().parse(await json('finding', 'ls', '--host', HOST));
    const said = found.find((one) => one.network === network && one.cause.includes('; and 1 more'));
    const named = refusals.filter(([service]) => said?.cause.includes(`${workloads.project}-${service}-1: `));
    expect(named).toHaveLength(5);
    for (const [service, , fix] of named)
      expect(said?.fix).toMatch(new RegExp(`-${service}-1: .*${fix.source.replace(/^\^/, '')}`));
    for (const [service] of refusals) await workloads.down(service);
  });

  it('is named with the one that was probably meant if it is misspelled', async () => {
    await workloads.up('typo', { 'orrery.netwrok': shop });
    const found = await eventually(() => finding('label-unknown', null), { within: 30_000, what: 'the finding' });
    expect(found).toMatchObject({
      cause: expect.stringContaining('orrery.netwrok'),
      fix: expect.stringContaining('orrery.network'),
    });
    await workloads.down('typo');
    await eventually(async () => (await finding('label-unknown', null)) === undefined, {
      within: 10_000,
      what: 'it is over',
    });
  });

  it('that is gone with its workload takes the container along at once and the membership after the grace', async () => {
    await workloads.down('soon');
    await eventually(async () => (await workloads.sidecars('soon')).length === 0, {
      within: 10_000,
      what: 'its container goes',
    });
    const networks = async () =>
      (await cli('container', 'get', `${HOST}/${workloads.project}-soon-1`, '-o', 'json')).stdout.includes(network);
    await eventually(async () => !(await networks()), { within: 20_000, what: 'its membership ends' });
    await workloads.up('soon', label());
    expect(await workloads.addressed(network, 'soon')).toMatch(/^10\.95\.0\./);
  });

  it('loses its effect when its network no longer admits labels', async () => {
    expect((await cli('network', 'set', shop, '--labels', 'off')).code).toBe(0);
    await eventually(async () => (await workloads.sidecars('db')).length === 0, {
      within: 30_000,
      what: 'it is detached',
    });
    expect((await workloads.container('db').inspect()).State.Running).toBe(true);
  });
});
