import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { interfaceName, type Command, type NetworkId } from '@orrery/shared/contracts';
import type Docker from 'dockerode';
import { unpackArchive } from '../../apps/agent/src/docker/tar-archive.js';
import { asOnCalmMachine } from '../support/calm.js';
import { eventually } from '../support/eventually.js';
import { temporaryFolder } from '../support/servers.js';
import { findLabEngine } from '../support/zerotier/lab-engine.js';
import { DockerSystem, HOST } from './system/docker-system.js';

jest.setTimeout(240_000);
const engine = await findLabEngine();
/** What a person sees as soon. */
const SOON_MS = 5_000;
const POINTS = ['desired.after-write', 'launch.identity', 'launch.create', 'launch.upload', 'launch.start'];

(engine ? describe : describe.skip)('orrery attach, on a real engine', () => {
  let world: DockerSystem;
  let network: NetworkId;
  let policy: string;
  const made = new Map<string, Docker.Container>();

  beforeAll(async () => {
    if (!engine) return;
    const folder = await temporaryFolder('policy');
    await chmod(folder, 0o700);
    policy = join(folder, 'policy.yaml');
    await writeFile(policy, 'workloads: labelled\n', { mode: 0o600 });
    world = await DockerSystem.open(engine, { agent: { ORRERY_POLICY_FILE: policy } });
    // Public, so that nobody must authorize.
    network = await world.controller.network('10.95.0', { private: false });
  });
  afterAll(async () => {
    for (const container of made.values()) await container.remove({ force: true, v: true }).catch(() => undefined);
    await world?.close();
  });

  const cli = (...words: string[]) => world.system.cli(...words);
  const attach = (workload: string, ...more: string[]) =>
    cli(
      'attach',
      HOST,
      workload,
      '--network',
      network,
      '--name',
      world.name(workload.split('/')[1] ?? workload),
      ...more,
    );

  /** As `docker compose up` makes it; one that is there already is made anew. */
  async function up(
    service: string,
    labels: Record<string, string> = { 'orrery.network': network },
    { HostConfig, ...change }: Partial<Docker.ContainerCreateOptions> = {},
  ) {
    await made.get(service)?.remove({ force: true, v: true });
    const container = await world.docker.createContainer({
      name: `${world.name('shop')}-${service}-1`,
      Image: engine?.image ?? '',
      Entrypoint: ['sleep'],
      Cmd: ['3600'],
      Labels: {
        ...labels,
        'com.docker.compose.project': world.name('shop'),
        'com.docker.compose.service': service,
        'com.docker.compose.container-number': '1',
        'com.docker.compose.oneoff': 'False',
      },
      HostConfig: { NetworkMode: world.world.network, Init: true, ...HostConfig },
      ...change,
    });
    made.set(service, container);
    await container.start();
    return container;
  }
  const reference = (service: string) => `${world.name('shop')}/${service}/1`;

  /** Runs a program in a workload, as its owner would. */
  async function inside(service: string, ...command: string[]) {
    const exec = await made.get(service)?.exec({ Cmd: command, AttachStdout: true });
    const stream = await exec?.start({ hijack: true, stdin: false });
    const chunks: Buffer[] = [];
    for await (const chunk of stream ?? []) chunks.push(chunk as Buffer);
    return { code: (await exec?.inspect())?.ExitCode, out: Buffer.concat(chunks).toString('utf8') };
  }

  /** The address that the workload itself has in the network; undefined while it has none. */
  async function addressIn(service: string): Promise<string | undefined> {
    const { out } = await inside(service, 'ip', '-o', '-4', 'addr', 'show', 'dev', interfaceName(network));
    return /inet (10\.95\.0\.\d+)/.exec(out)?.[1];
  }
  const addressed = (service: string, within = 30_000) =>
    eventually(() => addressIn(service).catch(() => undefined), {
      within,
      every: 50,
      what: `${service} has an address`,
    });
  const sidecars = async (service: string) => {
    const all = await world.ours();
    return all.filter(({ Labels }) => Labels['io.orrery.workload'] === reference(service));
  };

  it('waits for a workload, says so, and attaches it when it comes', async () => {
    expect((await attach(reference('db'))).code).toBe(0);
    const shown = () => cli('container', 'get', `${HOST}/${world.name('db')}`);
    const waits = async () => (await shown()).out.includes(`there is no container ${reference('db')} on this host`);
    await eventually(waits, { within: 30_000, every: 500, what: 'the attachment says what it waits for' });
    await up('db');
    expect(await addressed('db')).toMatch(/^10\.95\.0\./);
    const again = await attach(reference('db'), '--wait=60s', '-o', 'json');
    expect(again.code).toBe(0);
    expect(JSON.parse(again.stdout) as Command).toMatchObject({ state: 'done' });
  });

  it('attaches nothing that does not wear the label, unless the host allows all', async () => {
    await up('plain', {});
    const denied = await attach(reference('plain'), '--wait=60s');
    expect(denied).toMatchObject({ code: 1, out: expect.stringContaining('policy-denied') });
    expect(denied.out).toContain('(rule workloads)');
    expect(await sidecars('plain')).toEqual([]);
    await writeFile(policy, 'workloads: all\n', { mode: 0o600 });
    expect(await addressed('plain')).toMatch(/^10\.95\.0\./);
    await writeFile(policy, 'workloads: labelled\n', { mode: 0o600 });
  });

  it('shows by a dry run what would be done, and what stands in the way', async () => {
    await up('dry');
    const shown = async (service: string) => (await attach(reference(service), '--dry-run')).out;
    const planned = await shown('dry');
    for (const step of ['mint-identity', 'create-container', 'start-container']) expect(planned).toContain(step);
    expect(await sidecars('dry')).toEqual([]);
    expect(await shown('absent')).toContain(`there is no container ${reference('absent')} on this host`);
    await up('dry', {});
    expect(await shown('dry')).toMatch(/policy-denied.*does not wear the label/);
    await up('dry', undefined, { HostConfig: { NetworkMode: 'none' } });
    expect(await shown('dry')).toMatch(/workload-unsuitable.*has no way out of its host/);
  });

  it('says within seconds why a workload cannot be attached, and what to do', async () => {
    await up('hostnet', undefined, { HostConfig: { NetworkMode: 'host' } });
    await up('ownzt', undefined, {
      ...{ Entrypoint: ['bash', '-c', 'exec -a /usr/sbin/zerotier-one sleep 1000'], Cmd: [] },
    });
    const begun = performance.now();
    const [hostnet, ownzt, unknown] = await Promise.all([
      attach(reference('hostnet'), '--wait=30s'),
      attach(reference('ownzt'), '--wait=30s'),
      cli('attach', HOST, reference('hostnet'), '--network', 'absent', '--name', world.name('other')),
    ]);
    expect(performance.now() - begun).toBeLessThan(asOnCalmMachine(SOON_MS));
    const says = (...words: string[]) => ({ out: expect.stringMatching(new RegExp(words.join('[^]*'))) });
    expect(hostnet).toMatchObject({ code: 1, ...says('uses the network of the host', 'workload-unsuitable', 'fix ') });
    expect(ownzt).toMatchObject({ code: 1, ...says('runs a ZeroTier of its own', 'workload-unsuitable', 'fix ') });
    expect(unknown).toMatchObject({ code: 2, ...says('absent', 'fix ') });
    for (const service of ['hostnet', 'ownzt']) expect(await sidecars(service)).toEqual([]);
  });

  it('connects two workloads, neither of which knows of it', async () => {
    const [from, to] = [await addressed('plain'), await addressed('db')];
    expect(from).not.toBe(to);
    await eventually(async () => (await inside('plain', 'ping', '-c', '1', '-W', '2', to)).code === 0, {
      ...{ within: 30_000, what: `${from} reaches ${to}` },
    });
    // The control: nobody has this address.
    expect((await inside('plain', 'ping', '-c', '1', '-W', '1', '10.95.0.254')).code).not.toBe(0);
  });

  /** The files in `peers.d` of an attachment, as hex. */
  async function peersOf(service: string): Promise<Record<string, string>> {
    const [{ Id } = { Id: '' }] = await sidecars(service);
    const archive = await world.docker.getContainer(Id).getArchive({ path: '/var/lib/zerotier-one/peers.d' });
    const files = await unpackArchive(archive, 1 << 20);
    return Object.fromEntries([...files].map(([path, content]) => [path, content.toString('hex')]));
  }
  /** What the others must know of a node: its address, and the end of the file with its only endpoint. */
  async function placeOf(service: string) {
    const [{ Labels } = { Labels: {} as Record<string, string> }] = await sidecars(service);
    const address = (await world.host.identities()).get(Labels['io.orrery.node'] ?? '');
    const ip = await world.world.ipOf(made.get(service) as Docker.Container);
    const port = Number(Labels['io.orrery.port']).toString(16).padStart(4, '0');
    return {
      path: `peers.d/${String(address)}.peer`,
      end: `000104${Buffer.from(ip.split('.').map(Number)).toString('hex')}${port}`,
    };
  }

  it('tells the daemon, at each start, where the other nodes are at that time', async () => {
    const before = await placeOf('db');
    await made.get('db')?.remove({ force: true, v: true });
    made.delete('db');
    const squatter = await up('squatter', {});
    await up('db');
    await addressed('db');
    const [db, plain] = [await placeOf('db'), await placeOf('plain')];
    // The test needs another bridge address.
    expect(db.end).not.toBe(before.end);
    expect(await peersOf('db')).toEqual({ [plain.path]: expect.stringMatching(new RegExp(`${plain.end}$`)) });
    // A node that stops is started again only if the host allows it.
    await writeFile(policy, 'workloads: all\n', { mode: 0o600 });
    await made.get('plain')?.restart({ t: 0 });
    const told = async () => (await peersOf('plain'))[db.path]?.endsWith(db.end);
    await eventually(told, { within: 30_000, every: 100, what: 'the new place of db' });
    await addressed('plain');
    await writeFile(policy, 'workloads: labelled\n', { mode: 0o600 });
    await squatter.remove({ force: true, v: true });
  });

  it.each([
    ['restarted', async () => made.get('db')?.restart({ t: 0 })],
    ['made anew', () => up('db')],
  ])(
    'comes back soon with its address when the workload is %s, and also without API and NATS',
    async (_how, change) => {
      const before = await addressed('db');
      await world.system.api.process.kill();
      await world.system.nats.kill();
      const begun = performance.now();
      await change();
      expect(await addressed('db')).toBe(before);
      expect(performance.now() - begun).toBeLessThan(asOnCalmMachine(SOON_MS));
      expect(await sidecars('db')).toHaveLength(1);
      await world.system.nats.start();
      await world.system.api.start();
    },
  );

  it.each(POINTS)('is attached once after its agent was killed at %s', async (point) => {
    const service = point.replaceAll(/[^a-z]/g, '');
    await up(service);
    await world.host.process.kill();
    const asked = await attach(reference(service), '-o', 'json');
    expect(asked.code).toBe(0);
    await world.host.start({ ORRERY_CRASH_AT: point });
    await eventually(() => world.host.process.exited, { within: 30_000, what: `the death at ${point}` });
    await world.host.start();
    await addressed(service);
    expect(await sidecars(service)).toHaveLength(1);
    const [{ Labels } = { Labels: {} as Record<string, string> }] = await sidecars(service);
    expect([...(await world.host.identities()).keys()]).toContain(Labels['io.orrery.node']);
    expect((await cli('detach', `${HOST}/${world.name(service)}`, '--yes', '--wait=60s')).code).toBe(0);
    await made.get(service)?.remove({ force: true, v: true });
  });

  it('is detached: its container and its interface are gone, and the workload runs on', async () => {
    const { State } = (await made.get('db')?.inspect()) ?? {};
    expect((await cli('detach', `${HOST}/${world.name('db')}`, '--yes', '--wait=60s')).code).toBe(0);
    expect(await sidecars('db')).toEqual([]);
    expect(await addressIn('db')).toBeUndefined();
    expect((await made.get('db')?.inspect())?.State.StartedAt).toBe(State?.StartedAt);
  });
});
