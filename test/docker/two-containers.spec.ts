import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { interfaceName, type NetworkId, type Probe } from '@orrery/shared/contracts';
import { asOnCalmMachine } from '../support/calm.js';
import { eventually } from '../support/eventually.js';
import { temporaryFolder } from '../support/servers.js';
import { findLabEngine } from '../support/zerotier/lab-engine.js';
import { DockerSystem, HOST } from './system/docker-system.js';
import { ServedPage } from './system/served-page.js';

jest.setTimeout(180_000);
const engine = await findLabEngine();
/** Two seconds on an idle machine. */
const SOON_MS = 6_000;
/** Eight seconds on an idle machine: the next look, and the repair. */
const LOOKED_MS = 20_000;
const PORT = 8080;

/** One system, and two containers that reach each other, for all tests of this file. */
let world: DockerSystem;
let network: NetworkId;
let one: string;
let two: string;
let policy: string;
beforeAll(async () => {
  if (!engine) return;
  const folder = await temporaryFolder('policy');
  await chmod(folder, 0o700);
  policy = join(folder, 'policy.yaml');
  await writeFile(policy, 'probes: networks\n', { mode: 0o600 });
  world = await DockerSystem.open(engine, { agent: { ORRERY_POLICY_FILE: policy } });
  network = await world.controller.network('10.77.0');
  [one, two] = [world.name('one'), world.name('two')];
  await Promise.all([world.launched(one, network), world.launched(two, network)]);
});
afterAll(() => world?.close());

(engine ? describe : describe.skip)('orrery probe, between two containers on a real engine', () => {
  let page: ServedPage;
  /**
   * The node that probes; the address of the other one in their network, and that of the controller on Docker's bridge.
   */
  let [near, far, bridge] = ['', '', ''];
  const probe = (...words: string[]) => world.system.cli('probe', near, ...words);
  const result = async (...words: string[]) => JSON.parse((await probe(...words, '-o', 'json')).stdout) as Probe;

  beforeAll(async () => {
    near = `${HOST}/${one}`;
    far = ((await world.kernelAddresses(two, interfaceName(network)))[0] ?? '').replace(/\/.*/, '');
    const { Networks } = (await world.controller.node.container.inspect()).NetworkSettings;
    bridge = Networks[world.world.network]?.IPAddress ?? '';
    page = await ServedPage.serve(world, two, far, PORT);
  });
  afterAll(() => page?.close());

  it('reports each ping reply as it arrives, or how to install ping when the host has none', async () => {
    const { code, out } = await probe('--ping', far, '--count', '2');
    const replies = /\n {2}· seq 1 {2}[\d.]+ ms\n {2}· seq 2 {2}[\d.]+ ms\nreached {2}2 of 2 answered/;
    const noPing =
      /\nprobe-tool-missing\n {2}cause {2}there is no ping on this host\n {2}fix +Install it: `apt install iputils-ping`/;
    expect(out).toMatch(code === 0 ? replies : noPing);
    const told = (await world.events()).filter(({ type }) => type === 'probe.progress');
    expect(told).toHaveLength(code === 0 ? 2 : 0);
  });

  it('gets a page across, follows a redirect, stops at 64 kB, and stores nothing of the response', async () => {
    const { code, out } = await probe('--http', `http://${far}:${PORT}/away?to=/%3Fhushed`);
    expect(out).toMatch(/\n {2}· status 302 after [\d.]+ ms\n.*\n.*\n {2}· status 200 after/);
    expect([code, out]).toEqual([0, expect.stringContaining('reached  status 200, 26 bytes')]);
    const large = await result('--http', `http://${far}:${PORT}/large`);
    expect(large.result).toMatchObject({ code: 'reached', address: far, http: { bytes: 65_536, isWhole: false } });
    expect(/only the server knows|hushed/.exec(JSON.stringify(await world.events()))).toBeNull();
  });

  it('distinguishes an open port, a closed port and an unused address', async () => {
    expect((await result('--tcp', `${far}:${PORT}`)).result).toMatchObject({ code: 'reached' });
    const refused = await probe('--tcp', `${far}:${PORT + 1}`);
    expect([refused.code, refused.out]).toEqual([1, expect.stringContaining('\nconnection-refused\n  cause  ')]);
    const nobody = far.replace(/\d+$/, '254');
    const [unheard, silent] = await Promise.all([
      result('--tcp', `${nobody}:${PORT}`, '--timeout', '5s'),
      result('--http', `http://${far}:${PORT}/silent`, '--timeout', '5s'),
    ]);
    expect(unheard.result).toMatchObject({ code: 'timed-out' });
    expect(silent.result).toMatchObject({ code: 'timed-out', cause: expect.stringContaining('accepts connections') });
  });

  it('does not lead out of the networks, neither directly nor by a redirect, unless the policy of the host allows it', async () => {
    const straight = await probe('--tcp', `${bridge}:9993`);
    expect([straight.code, straight.out]).toEqual([4, expect.stringContaining('over eth0')]);
    const led = ['--http', `http://${far}:${PORT}/away?to=http://${bridge}:9993/`];
    expect((await result(...led)).result).toMatchObject({ code: 'outside-networks', address: bridge });
    await writeFile(policy, 'probes: true\n');
    expect((await result('--tcp', `${bridge}:9993`)).result).toMatchObject({ code: 'reached' });
    expect((await result(...led)).result).toMatchObject({ code: 'reached', http: { status: 401 } });
    await writeFile(policy, 'probes: false\n');
    const none = await probe('--tcp', `${far}:${PORT}`);
    expect([none.code, none.out]).toEqual([4, expect.stringContaining('rule probes')]);
  });
});

/** docs/faults.md, F10, F11 and F33: changes to containers behind Orrery's back. */
(engine ? describe : describe.skip)('a managed container that somebody disturbs', () => {
  const address = async (name: string) => (await world.kernelAddresses(name, interfaceName(network)))[0];
  const back = (name: string, to: string | undefined, within = 30_000) =>
    eventually(async () => (await address(name)) === to, { within, every: 200, what: `${name} with ${to} again` });
  /** Does something, and returns how long it took until this event was in Postgres, with the event. */
  const disturbed = async (type: string, by: () => Promise<unknown>) => {
    const before = await world.lastEvent();
    await by();
    const begun = performance.now();
    const event = await world.event(type, before, 30_000);
    return { event, ms: performance.now() - begun };
  };

  it('comes back with its address when it is removed by hand', async () => {
    const before = { address: await address(one), node: await world.addressOf(one) };
    const { ms } = await disturbed('container.removed', () => world.container(one).remove({ force: true, v: true }));
    expect(ms).toBeLessThan(asOnCalmMachine(SOON_MS));
    await back(one, before.address);
    expect(await world.addressOf(one)).toBe(before.node);
  });

  it('is unpaused, and both changes are reported', async () => {
    const { ms } = await disturbed('container.paused', () => world.container(one).pause());
    expect(ms).toBeLessThan(asOnCalmMachine(SOON_MS));
    const running = async () => (await world.container(one).inspect()).State.Status === 'running';
    await eventually(running, { within: 20_000, what: 'a container that runs' });
    await world.event('container.unpaused', 0);
  });

  it('is started again when its daemon is killed, and the cause is reported', async () => {
    const before = await address(one);
    const { State } = await world.container(one).inspect();
    const { event, ms } = await disturbed('container.died', () => world.container(one).kill({ signal: 'SIGKILL' }));
    expect(ms).toBeLessThan(asOnCalmMachine(SOON_MS));
    expect(event.data['cause']).toMatch(/SIGKILL|started again/);
    await back(one, before);
    expect((await world.container(one).inspect()).State.StartedAt).not.toBe(State.StartedAt);
  });

  it('has its device recreated when somebody deletes it while the daemon still reports OK', async () => {
    const before = await address(one);
    const device = interfaceName(network);
    const told = async () => (await world.events()).filter(({ type }) => /^address\./.test(type)).at(-1)?.type;
    await eventually(async () => (await told()) === 'address.assigned', {
      within: 30_000,
      what: 'the event address.assigned',
    });
    const { ms } = await disturbed('interface.down', () => world.inNamespace(one, 'ip', 'link', 'delete', device));
    // No hint announces this: the next look notices it.
    expect(ms).toBeLessThan(asOnCalmMachine(LOOKED_MS));
    const raised = await world.event('finding.raised', 0, 20_000);
    expect(raised.data).toMatchObject({ finding: { code: 'interface-disagrees' } });
    await back(one, before, 60_000);
    await world.event('finding.cleared', raised.id);
  });

  it('is back within 30 s, like all others, after every container was removed by hand', async () => {
    const before = await Promise.all(
      [one, two].map(async (name) => ({
        name,
        node: await world.addressOf(name),
        address: await eventually(() => address(name), { within: 30_000, what: `the address of ${name}` }),
      })),
    );
    const foreign = await world.docker.createContainer({
      Image: world.world.image,
      name: world.name('foreign'),
      HostConfig: { NetworkMode: 'none' },
    });
    await world.removeOurs();
    const begun = performance.now();
    await Promise.all(before.map((was) => back(was.name, was.address)));
    expect(performance.now() - begun).toBeLessThan(30_000);
    for (const was of before) expect(await world.addressOf(was.name)).toBe(was.node);
    expect((await foreign.inspect()).State.Status).toBe('created');
    await foreign.remove();
  });

  it('is left alone when it is foreign, although it has our name and all our labels', async () => {
    const { Config } = await world.container(one).inspect();
    const name = world.name('three');
    const foreign = await world.docker.createContainer({
      Image: world.world.image,
      name: `orrery-${name}`,
      Entrypoint: ['/bin/sleep', '600'],
      Cmd: [],
      Labels: { ...Config.Labels, 'io.orrery.name': name },
      HostConfig: { NetworkMode: 'none', Privileged: true },
    });
    await foreign.start();
    const before = await foreign.inspect();
    const launched = await world.system.cli('launch', name, '--host', 'metal', '--network', network, '--wait=30s');
    expect([launched.code, launched.out]).toEqual([1, expect.stringContaining('container-name-taken')]);
    const isFound = async () => (await world.system.cli('finding', 'ls')).out.includes('container-foreign');
    await eventually(isFound, { within: 20_000, every: 500, what: 'the finding container-foreign' });
    const removed = await world.system.cli('rm', `metal/${name}`, '--yes', '--wait=30s');
    expect(removed.code).toBe(0);
    const after = await foreign.inspect();
    expect([after.Id, after.State.StartedAt, after.State.Running]).toEqual([before.Id, before.State.StartedAt, true]);
    // The control: a container of ours is created under the same name, and removed.
    await foreign.remove({ force: true });
    await world.launched(name, network);
    expect((await world.system.cli('rm', `metal/${name}`, '--yes', '--wait=30s')).code).toBe(0);
    await expect(world.container(name).inspect()).rejects.toMatchObject({ statusCode: 404 });
  });

  it('is restarted with growing pauses when it is killed at every start, never in a storm', async () => {
    const starts = new Set<string>();
    const until = performance.now() + 12_000;
    const killWhenRunning = async () => {
      const { State } = await world.container(two).inspect();
      if (!State.Running) return;
      starts.add(State.StartedAt);
      await world.container(two).kill({ signal: 'SIGKILL' });
    };
    await eventually(
      async () => {
        await killWhenRunning().catch(() => undefined);
        return performance.now() > until && starts.size >= 3;
      },
      { within: 60_000, every: 50, what: 'twelve seconds of killing, and three starts' },
    );
    // Without pauses there would be dozens.
    expect(starts.size).toBeLessThanOrEqual(8);
    const running = async () => (await world.container(two).inspect()).State.Running;
    await eventually(running, { within: 60_000, what: 'a container that runs again' });
  });
});
