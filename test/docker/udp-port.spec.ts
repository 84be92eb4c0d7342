import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { NetworkId, NodeId } from '@orrery/shared/contracts';
import { newId } from '@orrery/shared/runtime';
import type Docker from 'dockerode';
import { containerFiles } from '../../apps/agent/src/docker/container-files.js';
import { containerProfile } from '../../apps/agent/src/docker/container-profile.js';
import { packArchive } from '../../apps/agent/src/docker/tar-archive.js';
import { eventually } from '../support/eventually.js';
import { ROOT } from '../support/system/build.js';
import { findLabEngine } from '../support/zerotier/lab-engine.js';
import { talkTo } from '../support/zerotier/local-api.js';
import { MachineLab, MemoryIdentities } from './machine/machine-lab.js';

jest.setTimeout(120_000);
const engine = await findLabEngine();
const recorded = JSON.parse(readFileSync(join(ROOT, 'test/support/zerotier/recordings/udp-port.json'), 'utf8')) as {
  seen: { listeningOn?: string[]; primaryPort?: number }[];
  rebindWithinSeconds: number;
};
const PORT = 25_001;
/** Without the last one the daemon opens a random port for what it wants mapped, and that is free. */
const ONE_PORT = { primaryPort: PORT, allowSecondaryPort: false, portMappingEnabled: false };

interface Settings {
  listeningOn: string[];
  primaryPort: number;
  secondaryPort: number;
}

(engine ? describe : describe.skip)('the UDP port of a node', () => {
  let lab: MachineLab;
  let network: NetworkId;
  beforeAll(async () => {
    if (!engine) return;
    lab = await MachineLab.open(engine);
    network = await lab.network('10.91.0');
  });
  afterAll(() => lab?.close());

  const settingsOf = async (engineId: string, node: NodeId): Promise<Settings> => {
    const inspect = await lab.world.docker.getContainer(engineId).inspect();
    const port = Number(inspect.Config.Labels['io.orrery.port']);
    const token = lab.identities.held.get(node)?.authToken.reveal() ?? '';
    const { IPAddress = '' } = inspect.NetworkSettings.Networks[lab.world.network] ?? {};
    const { body } = await talkTo(IPAddress, port, token)({ method: 'GET', path: '/status' });
    return (body as { config: { settings: Settings } }).config.settings;
  };

  it('is the only one that its daemon has, and stays when its container is recreated', async () => {
    const blueprint = lab.blueprint('stays', [network]);
    const engineId = await lab.launch(blueprint, [network]);
    const address = await lab.addressOf(blueprint);
    const before = await settingsOf(engineId, blueprint.node);
    expect(before).toMatchObject({ secondaryPort: 0, listeningOn: [expect.stringMatching(/\/25\d{3}$/)] });
    expect(before.listeningOn[0]).toMatch(new RegExp(`/${before.primaryPort}$`));
    await lab.world.docker.getContainer(engineId).remove({ force: true, v: true });
    const again = await lab.launch(blueprint);
    expect(await lab.addressOf(blueprint)).toBe(address);
    expect(await settingsOf(again, blueprint.node)).toMatchObject({ primaryPort: before.primaryPort });
  });

  it('is different for each node of an engine, whichever agent it belongs to; when none is left, the refusal says so', async () => {
    // Outside of the usual range, from which other tests take theirs meanwhile.
    const nodePorts = { first: 24_500, last: 24_501 };
    const first = lab.another({ nodePorts });
    const identities = new MemoryIdentities();
    const second = lab.another({ nodePorts, host: newId('hst'), identities });
    const create = async (name: string, machine: typeof first) => {
      const blueprint = lab.blueprint(name);
      const { node, item, image } = blueprint;
      await lab.do({ node, item, step: 'mint-identity', image }, machine);
      return { node, item, step: 'create-container' as const, blueprint };
    };
    const made: string[] = [];
    for (const [name, machine] of [
      ['port-a', first],
      ['port-b', second],
    ] as const) {
      const step = await create(name, machine);
      await lab.do(step, machine);
      made.push(`orrery-${step.blueprint.name}`);
    }
    const inspected = await Promise.all(made.map((name) => lab.world.docker.getContainer(name).inspect()));
    expect(inspected.map(({ Config }) => Config.Labels['io.orrery.port']).sort()).toEqual(['24500', '24501']);
    for (const machine of [first, second]) {
      const refusal = await lab.refusal(await create('port-c', machine), machine);
      expect(refusal).toMatchObject({
        code: 'udp-ports-used-up',
        fix: expect.stringContaining('ORRERY_NODE_PORTS'),
      });
    }
    for (const name of made) await lab.world.docker.getContainer(name).remove({ force: true, v: true });
  });

  it('is 9993 in a container without a port of its own, which is reached and not recreated', async () => {
    const blueprint = lab.blueprint('former', [network]);
    const { node, item, image } = blueprint;
    await lab.do({ node, item, step: 'mint-identity', image });
    await lab.authorize(network, node);
    const secrets = lab.identities.held.get(node);
    if (!secrets) throw new Error('no identity was made');
    const { host, agentVersion, dockerNetwork } = lab.config;
    const { name, body } = containerProfile(blueprint, { host, agentVersion, network: dockerNetwork, port: 9_993 });
    const { 'io.orrery.port': _none, ...Labels } = body['Labels'] as Record<string, string>;
    const container = await lab.world.docker.createContainer({ name, ...body, Labels });
    const { IPAM } = (await lab.world.docker.getNetwork(dockerNetwork).inspect()) as {
      IPAM: { Config: { Gateway: string }[] };
    };
    const gateway = IPAM.Config[0]?.Gateway ?? '';
    const settings = { allowManagementFrom: [`${gateway}/32`, '127.0.0.1/32'], portMappingEnabled: false };
    const files = containerFiles(blueprint, secrets, { gateways: [gateway], port: 9_993 }, []).map((file) =>
      file.path.endsWith('local.conf') ? { ...file, content: JSON.stringify({ settings }) } : file,
    );
    await container.putArchive(await packArchive([...files, ...lab.world.moons]), { path: '/' });
    await lab.do({ node, item, step: 'start-container', engineId: container.id });
    expect(await lab.addressOf(blueprint)).toMatch(/^10\.91\.0\./);
    expect(await lab.containerOf(blueprint)).toMatchObject([{ ours: true, engineId: container.id }]);
  });

  describe('that something else occupies', () => {
    let [holder, daemon]: [Docker.Container | undefined, Docker.Container | undefined] = [undefined, undefined];
    let squatter: ChildProcess | undefined;
    afterAll(async () => {
      squatter?.kill('SIGKILL');
      for (const container of [daemon, holder]) await container?.remove({ force: true, v: true });
    });

    it('leaves the daemon without a socket, and silent about it, until the port is free again', async () => {
      if (!engine) return;
      const { docker, network: bridge, moons } = lab.world;
      const plain = { Image: engine.image, User: '0:0', Labels: { 'io.orrery.test': bridge } };
      holder = await docker.createContainer({
        ...plain,
        Entrypoint: ['sleep', '300'],
        HostConfig: { NetworkMode: bridge, Init: true, CapDrop: ['ALL'] },
      });
      await holder.start();
      const { State, NetworkSettings } = await holder.inspect();
      const { IPAddress = '', Gateway = '' } = NetworkSettings.Networks[bridge] ?? {};
      squatter = await squat(State.Pid);
      daemon = await docker.createContainer({
        ...plain,
        Entrypoint: ['/usr/sbin/zerotier-one'],
        HostConfig: {
          ...{ NetworkMode: `container:${holder.id}`, Init: true, CapDrop: ['ALL'], CapAdd: ['NET_ADMIN'] },
          Devices: [{ PathOnHost: '/dev/net/tun', PathInContainer: '/dev/net/tun', CgroupPermissions: 'rwm' }],
        },
      });
      const gateway = Gateway || IPAddress.replace(/\d+$/, '1');
      const identity = await lab.world.mint();
      const home = 'var/lib/zerotier-one';
      const file = (name: string, content: string) => ({ path: `${home}/${name}`, mode: 0o600, content });
      const settings = { allowManagementFrom: [`${gateway}/32`], ...ONE_PORT };
      const files = [
        ...[{ path: home, mode: 0o700 }, file('identity.secret', identity.secret)],
        ...[file('identity.public', identity.public), file('authtoken.secret', 'port-token')],
        file('local.conf', JSON.stringify({ settings })),
      ];
      await daemon.putArchive(await packArchive([...files, { path: `${home}/moons.d`, mode: 0o700 }, ...moons]), {
        path: '/',
      });
      await daemon.start();
      const talk = talkTo(IPAddress, PORT, 'port-token');
      const status = async () => {
        const { status: code, body } = await talk({ method: 'GET', path: '/status' });
        return code === 200 ? (body as { config: { settings: Settings } }).config.settings : undefined;
      };
      const taken = await eventually(status, { within: 15_000, what: 'the daemon answering' });
      const [first] = recorded.seen;
      expect([taken.listeningOn, taken.primaryPort]).toEqual([first?.listeningOn, first?.primaryPort]);
      squatter.kill('SIGKILL');
      const within = (recorded.rebindWithinSeconds + 15) * 1000;
      const isFree = async () => (await status())?.listeningOn.includes(`${IPAddress}/${PORT}`);
      await eventually(isFree, { within, every: 500, what: 'the socket' });
    });
  });
});

/** Binds the port in the namespace of a process; resolves when it has it. */
async function squat(pid: number): Promise<ChildProcess> {
  const program = `const s = require('node:dgram').createSocket('udp4'); s.bind(${PORT}, '0.0.0.0', () => console.log('bound'));`;
  const child = spawn('nsenter', [`--net=/proc/${pid}/ns/net`, '--', process.execPath, '-e', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (!child.stdout) throw new Error('nsenter has no output');
  await once(child.stdout, 'data');
  return child;
}
