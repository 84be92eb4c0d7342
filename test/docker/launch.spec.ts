import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { interfaceName, type NetworkId } from '@orrery/shared/contracts';
import { eventually } from '../support/eventually.js';
import { stillWaiting } from '../support/system/still-waiting.js';
import { findLabEngine } from '../support/zerotier/lab-engine.js';
import { DockerSystem, HOST } from './system/docker-system.js';
import { EventListener } from './system/event-listener.js';

jest.setTimeout(180_000);
const engine = await findLabEngine();
const run = promisify(execFile);

/** The events of a launch, in this order. Others can come in between. */
const LIFE = [
  'command.created',
  'container.created',
  'container.started',
  'node.up',
  'network.joined',
  'authorization.requested',
  'command.waiting',
  'authorization.granted',
  'address.assigned',
  'command.done',
];

/** One system for all tests of this file. */
let world: DockerSystem;
beforeAll(async () => {
  if (engine) world = await DockerSystem.open(engine);
});
afterAll(() => world?.close());

(engine ? describe : describe.skip)('orrery launch, on a real engine', () => {
  let network: NetworkId;
  let device: string;
  let demo: string;
  let command: string;
  let listener: EventListener;
  const cli = (...words: string[]) => world.system.cli(...words);
  const launch = (name: string, ...more: string[]) => cli('launch', name, '--host', HOST, ...more);

  beforeAll(async () => {
    network = await world.controller.network('10.77.0');
    device = interfaceName(network);
    demo = world.name('demo');
    listener = await EventListener.open(world.system.api);
  });
  // The next test counts containers.
  afterAll(async () => {
    listener?.close();
    for (const name of [demo, world.name('two')]) {
      const { id } = await world.system.change('DELETE', `/v1/hosts/${HOST}/containers/${name}`);
      await world.system.done(id);
    }
  });

  it('shows each stage, waits at authorization, and ends with 3 when nobody authorizes', async () => {
    const words = ['launch', demo, '--host', HOST, '--network', network];
    const { code, out } = await stillWaiting(cli, 'has not authorized', ...words);
    const address = await world.addressOf(demo);
    for (const stage of ['identity', 'created', 'started', 'daemon', 'joined', 'authorization'])
      expect(out).toMatch(new RegExp(`^ +[✓…] ${stage} .*s$`, 'm'));
    expect(out).toContain(`has not authorized ${address}`);
    command = /cmd_[a-z0-9]+/.exec(out)?.[0] ?? '';
    expect(out).toContain(`orrery command wait ${command}`);
    expect(code).toBe(3);
    expect(await world.kernelAddresses(demo, device)).toEqual([]);
  });

  it('is done, with interface and address, when somebody authorizes it at its controller', async () => {
    const waits = world.system.cli('command', 'wait', command, '--wait=60s');
    await world.controller.authorize(network, await world.addressOf(demo));
    const { code, out } = await waits;
    expect([code, out]).toEqual([0, expect.stringContaining(device)]);
    const [address] = await world.kernelAddresses(demo, device);
    expect(address).toMatch(/^10\.77\.0\.\d+\/24$/);
    expect(out).toContain(address);
  });

  it('leaves its whole history in Postgres, in order, and streams the same events to listeners', async () => {
    await world.event('command.done', 0);
    const stored = await world.events();
    const types = stored.map(({ type }) => type).filter((type) => LIFE.includes(type));
    expect([...new Set(types)]).toEqual(LIFE);
    expect(types.filter((type) => type === 'container.created')).toHaveLength(1);
    const last = stored.at(-1)?.id ?? 0;
    const numbers = () => listener.heard.map(({ id }) => Number(id.split('-').at(-1)));
    await eventually(() => numbers().includes(last), { what: 'the last event on the stream' });
    const [first = 0] = numbers();
    const since = (await world.events(first - 1)).filter(({ id }) => id <= last);
    expect(listener.heard.slice(0, since.length).map(({ type }) => type.replace('io.orrery.', ''))).toEqual(
      since.map(({ type }) => type),
    );
    expect(numbers().slice(0, since.length)).toEqual(since.map(({ id }) => id));
    expect(since.map(({ type }) => type)).toEqual(expect.arrayContaining(LIFE));
  });

  it('runs under exactly the profile, and shows no secret anywhere', async () => {
    const inspect = await world.container(demo).inspect();
    expect(inspect.HostConfig).toMatchObject({
      Privileged: false,
      CapDrop: ['ALL'],
      CapAdd: [expect.stringMatching(/^(CAP_)?NET_ADMIN$/)],
      Devices: [{ PathOnHost: '/dev/net/tun', PathInContainer: '/dev/net/tun', CgroupPermissions: 'rwm' }],
      SecurityOpt: ['no-new-privileges'],
      NetworkMode: world.world.network,
      ...{ PidMode: '', IpcMode: 'private', UTSMode: '', UsernsMode: '', CgroupParent: '', CgroupnsMode: 'private' },
      ...{ Binds: null, VolumesFrom: null, GroupAdd: null, Links: null, PortBindings: {}, PublishAllPorts: false },
      Init: true,
      RestartPolicy: { Name: 'unless-stopped' },
      ...{ Memory: 256 * 1024 * 1024, MemorySwap: 256 * 1024 * 1024, PidsLimit: 128 },
      Sysctls: { 'net.ipv4.ip_forward': '0' },
    });
    expect(inspect.Mounts).toEqual([]);
    const secrets = await world.secrets();
    const places = {
      inspect: JSON.stringify(inspect),
      images: JSON.stringify(await world.docker.listContainers({ all: true })),
      agent: world.host.output,
      api: world.system.api.output,
      events: JSON.stringify(await world.events()),
      heard: JSON.stringify(listener.heard),
      tables: JSON.stringify(await world.system.sql('SELECT * FROM container_status, node_status, host_status')),
    };
    expect(secrets).toHaveLength(4);
    for (const secret of secrets)
      expect(Object.entries(places).filter(([, text]) => text.includes(secret))).toEqual([]);
    expect(places.inspect).toContain(await world.hostId());
  });

  it('can reach neither the agent nor the engine from inside, and the daemon of another container only as a stranger', async () => {
    const networks = (await world.controller.node.container.inspect()).NetworkSettings.Networks;
    const other = networks[world.world.network]?.IPAddress ?? '';
    const status = (at: string) => `curl -s -o /dev/null -w '%{http_code}\\n' http://${at}/status`;
    const own = '127.0.0.1:$(cat /var/lib/zerotier-one/zerotier-one.port)';
    const script = `${status(own)}; ${status(`${other}:9993`)}; ls /run/docker.sock /var/run/docker.sock 2>/dev/null; id -u; true`;
    expect((await world.inside(demo, 'sh', '-c', script)).trim().split('\n')).toEqual(['401', '401', '0']);
    const listening = await run('ss', ['-Hlnp', '-A', 'inet,unix']);
    expect(listening.stdout).toContain(`pid=${world.system.api.process.child.pid},`);
    expect(listening.stdout).not.toContain(`pid=${world.host.process.child.pid},`);
  });

  it('changes nothing when it is repeated with the same spec, and refuses a different spec under its name', async () => {
    const before = await world.container(demo).inspect();
    const again = await launch(demo, '--network', network, '--wait=30s');
    expect([again.code, again.out]).toEqual([0, expect.stringContaining('launch')]);
    expect(/cmd_[a-z0-9]+/.exec(again.out)?.[0]).not.toBe(command);
    const other = await launch(demo, '--network', network, '--memory', '300');
    expect([other.code, other.out]).toEqual([4, expect.stringContaining('container-differs')]);
    const after = await world.container(demo).inspect();
    expect([after.Id, after.State.StartedAt]).toEqual([before.Id, before.State.StartedAt]);
  });

  it('is in two networks at once, one that has authorized it and one that has not', async () => {
    const open = await world.controller.network('10.78.0');
    const closed = await world.controller.network('10.79.0');
    const two = world.name('two');
    const words = ['launch', two, '--host', HOST, '--network', open, '--network', closed];
    const waits = stillWaiting(cli, `on network ${closed}`, ...words);
    const address = await eventually(() => world.addressOf(two), { within: 60_000, every: 50, what: 'an identity' });
    await world.controller.authorize(open, address);
    const { code, out } = await waits;
    expect([code, out]).toEqual([3, expect.stringContaining(`on network ${closed}`)]);
    const row = async (one: NetworkId) => {
      const { out: list } = await cli('membership', 'ls', '-o', 'wide');
      return list.split('\n').find((line) => line.includes(`${HOST}/${two}`) && line.includes(one));
    };
    await eventually(async () => / OK .*done/.test((await row(open)) ?? ''), { within: 30_000, what: 'the open one' });
    expect(await row(closed)).toMatch(/ACCESS_DENIED .*waiting: authorization/);
    expect(await world.kernelAddresses(two, interfaceName(open))).toEqual([expect.stringMatching(/^10\.78\.0\./)]);
    expect(await world.kernelAddresses(two, interfaceName(closed))).toEqual([]);
  });
});

(engine ? describe : describe.skip)('leave, join, restart and rm, on a real engine', () => {
  let network: NetworkId;
  let other: NetworkId;
  let demo: string;
  let kept: string;
  const cli = (...words: string[]) => world.system.cli(...words, '--wait=60s');
  const addressIn = async (one: NetworkId, name = demo) => (await world.kernelAddresses(name, interfaceName(one)))[0];
  const restartAgent = async () => {
    const restartedAt = await world.lastEvent();
    await world.host.process.kill('SIGTERM');
    await world.host.start();
    await world.event('host.started', restartedAt, 60_000);
    await world.event('host.snapshot', restartedAt, 60_000);
  };

  beforeAll(async () => {
    network = await world.controller.network('10.87.0');
    other = await world.controller.network('10.88.0');
    [demo, kept] = [world.name('lives'), world.name('kept')];
    await Promise.all([world.launched(demo, network), world.launched(kept, network)]);
  });

  it('joins a second network and leaves it, and the first keeps its address', async () => {
    const first = await addressIn(network);
    await world.controller.authorize(other, await world.addressOf(demo));
    const joined = await cli('join', `${HOST}/${demo}`, other);
    expect([joined.code, joined.out]).toEqual([0, expect.stringContaining(interfaceName(other))]);
    expect(await addressIn(other)).toMatch(/^10\.88\.0\./);
    const refused = await world.system.cli('leave', `${HOST}/${demo}`, other);
    expect(refused.code).toBe(4);
    expect(await addressIn(other)).toMatch(/^10\.88\.0\./);
    const left = await cli('leave', `${HOST}/${demo}`, other, '--yes');
    expect([left.code, left.out]).toEqual([0, expect.stringContaining('left')]);
    await expect(world.kernelAddresses(demo, interfaceName(other))).rejects.toThrow('does not exist');
    expect(await addressIn(network)).toBe(first);
  });

  it('restarts with the same identity and address, and reports nothing before it is true', async () => {
    const before = { ...(await world.container(demo).inspect()), address: await addressIn(network) };
    const node = await world.addressOf(demo);
    const from = await world.lastEvent();
    const { code, out } = await cli('restart', `${HOST}/${demo}`);
    expect([code, out]).toEqual([0, expect.stringContaining(before.address ?? '')]);
    // At the very moment at which the command is done, not soon after.
    expect(await addressIn(network)).toBe(before.address);
    const after = await world.container(demo).inspect();
    expect(after.Id).not.toBe(before.Id);
    expect(await world.addressOf(demo)).toBe(node);
    const stages = out.split('\n').flatMap((line) => /^ +✓ (\w+)/.exec(line)?.[1] ?? []);
    // The step that starts it and the look at its networks report `daemon` and `joined` in either order.
    const order = ['removed', 'created', 'started', 'address'];
    expect(stages.filter((stage) => order.includes(stage))).toEqual(order);
    expect(stages.indexOf('joined')).toBeGreaterThan(stages.indexOf('started'));
    const facts = (await world.events(from)).map(({ type }) => type);
    expect(facts.indexOf('container.removed')).toBeLessThan(facts.indexOf('container.created'));
    expect(facts.lastIndexOf('address.assigned')).toBeLessThan(facts.indexOf('command.done'));
    expect(facts.filter((type) => type === 'container.started')).toHaveLength(1);
  });

  it('is unchanged after the agent restarts: a network that was left stays left, and nothing is restarted', async () => {
    const before = await world.container(demo).inspect();
    await restartAgent();
    await world.host.welcomed();
    const after = await world.container(demo).inspect();
    expect([after.Id, after.State.StartedAt]).toEqual([before.Id, before.State.StartedAt]);
    await expect(world.kernelAddresses(demo, interfaceName(other))).rejects.toThrow('does not exist');
    const { out } = await world.system.cli('membership', 'ls');
    expect(out).not.toContain(other);
    expect(out).toContain(network);
  });

  it('leaves its only network, and a restarted container does not rejoin it', async () => {
    expect((await cli('leave', `${HOST}/${demo}`, network, '--yes')).code).toBe(0);
    expect((await cli('restart', `${HOST}/${demo}`)).code).toBe(0);
    await expect(world.kernelAddresses(demo, interfaceName(network))).rejects.toThrow('does not exist');
    const rejoined = await cli('join', `${HOST}/${demo}`, network);
    expect([rejoined.code, await addressIn(network)]).toEqual([0, expect.stringMatching(/^10\.87\.0\./)]);
  });

  it('is removed with its identity and stays removed, and its neighbor keeps running', async () => {
    const neighbour = await world.container(kept).inspect();
    const node = (await world.container(demo).inspect()).Config.Labels['io.orrery.node'] ?? '';
    expect((await world.host.identities()).has(node)).toBe(true);
    expect((await world.system.cli('rm', `${HOST}/${demo}`)).code).toBe(4);
    expect((await world.container(demo).inspect()).State.Running).toBe(true);
    const { code, out } = await cli('rm', `${HOST}/${demo}`, '--yes');
    expect([code, out]).toEqual([0, expect.stringContaining('removed')]);
    const isGone = async () => {
      await expect(world.container(demo).inspect()).rejects.toMatchObject({ statusCode: 404 });
      expect((await world.host.identities()).has(node)).toBe(false);
      expect((await world.system.cli('container', 'get', `${HOST}/${demo}`)).code).toBe(2);
    };
    await isGone();
    await restartAgent();
    await isGone();
    const now = await world.container(kept).inspect();
    expect([now.Id, now.State.StartedAt]).toEqual([neighbour.Id, neighbour.State.StartedAt]);
    await eventually(async () => (await world.ours()).length === 1, { within: 30_000, what: 'one container' });
  });
});
