import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { NetworkId } from '@orrery/shared/contracts';
import { asOnCalmMachine } from '../support/calm.js';
import { eventually } from '../support/eventually.js';
import { isLong } from '../support/system/scaled.js';
import { findLabEngine } from '../support/zerotier/lab-engine.js';
import { importImage } from './machine/tiny-image.js';
import { DockerSystem, HOST } from './system/docker-system.js';

jest.setTimeout(300_000);
const engine = await findLabEngine();
/** Ten seconds on an idle machine. */
const SOON_MS = 15_000;
/**
 * Intent, identity, create, upload, start: the steps of a launch on a real machine. The long form adds the moments in
 * between, where a machine is in the same state as at one of these. Points of the journal and the uplink are the same
 * on a simulated machine: test/agent.
 */
const LAUNCH = [
  ...['desired.after-write', 'launch.identity', 'launch.create', 'launch.upload', 'launch.start'],
  ...(isLong ? ['step.before:mint-identity', 'step.before:create-container'] : []),
  ...(isLong ? ['step.before:start-container', 'step.after:start-container'] : []),
];

/** Ten seconds on an idle machine, including the start of the agent and the minting. */
const AGAIN_MS = 20_000;

/**
 * One system for all tests of this file, and one healthy container: any fault is in the image, the way to the engine,
 * or the agent.
 */
let world: DockerSystem;
let network: NetworkId;
let good: string;
beforeAll(async () => {
  if (!engine) return;
  world = await DockerSystem.open(engine);
  // Public, so that nobody must authorize and only the agent is waited for.
  network = await world.controller.network('10.77.0', { private: false });
  good = world.name('good');
  await world.launched(good, network, () => Promise.resolve());
});
afterAll(() => world?.close());

/**
 * docs/faults.md, F14, and F9 as far as one engine can show it: through the real CLI, each with a code and a fix of its
 * own.
 */
(engine ? describe : describe.skip)('a launch that cannot succeed', () => {
  const images: string[] = [];
  /** Expects a quick failure with this code and a fix, and no container left. */
  const failsWith = async (code: string, word: string, ...more: string[]) => {
    const name = world.name(word);
    const begun = performance.now();
    const launched = await world.system.cli(
      'launch',
      name,
      '--host',
      HOST,
      '--network',
      network,
      ...more,
      '--wait=40s',
    );
    const ms = performance.now() - begun;
    expect([launched.code, launched.out]).toEqual([1, expect.stringContaining(code)]);
    expect(launched.out).toMatch(/^ {2}fix +\S/m);
    expect(ms).toBeLessThan(asOnCalmMachine(SOON_MS));
    expect((await world.container(good).inspect()).State.Running).toBe(true);
    const removed = await world.system.cli('rm', `${HOST}/${name}`, '--yes', '--wait=40s');
    expect(removed.code).toBe(0);
    return launched.out;
  };

  afterAll(async () => {
    for (const image of images) await world.docker.getImage(image).remove({ force: true });
  });

  it('reports that the registry refused the pull', async () => {
    const out = await failsWith('pull-refused', 'refused', '--image', '127.0.0.1:1/zerotier/zerotier:1.14.2');
    expect(out).toContain('docker pull');
  });

  it('distinguishes an image for another platform from one without zerotier-one', async () => {
    const alien = [
      { path: 'usr/sbin/', mode: 0o755 },
      { path: 'usr/sbin/zerotier-idtool', mode: 0o755, content: '\u007fELF is not what this is' },
    ];
    images.push(
      await importImage(world.docker, alien),
      await importImage(world.docker, [{ path: 'etc/', mode: 0o755 }]),
    );
    await failsWith('image-architecture', 'alien', '--image', images[0] ?? '');
    await failsWith('image-unsuitable', 'empty', '--image', images[1] ?? '');
  });

  it('refuses an image that declares a volume of its own', async () => {
    const out = await failsWith('image-unsuitable', 'volumes', '--image', await withForeignVolume());
    expect(out).toContain('volume');
  });

  async function withForeignVolume(): Promise<string> {
    const from = await world.docker.createContainer({ Image: world.world.image });
    const tag = `volumes-${world.suffix}`;
    await from.commit({ repo: 'orrery-test/volumes', tag, changes: 'VOLUME /data' });
    await from.remove();
    images.push(`orrery-test/volumes:${tag}`);
    return `orrery-test/volumes:${tag}`;
  }
});

/** An engine whose socket accepts connections and never answers, or does not exist. */
(engine ? describe : describe.skip)('an engine that does not answer', () => {
  let folder: string;
  let mute: Server;
  const held = new Set<Socket>();
  const statuses = async () =>
    (await world.system.sql<{ state: string }>(`SELECT observed->>'state' AS state FROM container_status`)).map(
      ({ state }) => state,
    );
  const restartWith = async (socket?: string) => {
    await world.host.process.kill('SIGTERM');
    await world.host.start(socket === undefined ? {} : { ORRERY_DOCKER_SOCKET: socket });
    await world.host.welcomed();
  };

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'orrery-mute-'));
    mute = createServer((socket) => void held.add(socket.on('error', () => undefined)));
    await new Promise<void>((resolve) => mute.listen(join(folder, 'docker.sock'), resolve));
  });
  afterAll(async () => {
    for (const socket of held) socket.destroy();
    mute?.close();
    if (folder) await rm(folder, { recursive: true, force: true });
  });

  it.each([
    ['does not exist', () => '/nowhere/docker.sock'],
    ['accepts connections but never answers', () => join(folder, 'docker.sock')],
  ])(
    'which %s: is reported soon, nothing is removed, and work continues when the engine is back',
    async (_case, socket) => {
      const before = await world.container(good).inspect();
      const from = await world.lastEvent();
      await restartWith(socket());
      const begun = performance.now();
      const asked = await world.system.cli('restart', `${HOST}/${good}`, '--wait=40s');
      expect([asked.code, asked.out]).toEqual([1, expect.stringContaining('docker-unreachable')]);
      expect(asked.out).toMatch(/systemctl (re)?start docker/);
      expect(performance.now() - begun).toBeLessThan(asOnCalmMachine(2 * SOON_MS));
      expect(await statuses()).toEqual(['running']);
      expect(
        (await world.events(from)).filter(({ type }) => /removed|left|down$/.test(type) && type !== 'host.engine-down'),
      ).toEqual([]);
      // Meanwhile the loop of the agent is not blocked: it sends heartbeats and answers calls.
      expect((await world.system.presences())[HOST]).toBe('online');
      expect((await world.container(good).inspect()).State.StartedAt).toBe(before.State.StartedAt);
      await restartWith();
      // The restart is still desired.
      const anew = async () => (await world.container(good).inspect()).Id !== before.Id;
      await eventually(anew, { within: 60_000, what: 'the restart that is still desired' });
      const settled = async () => (await world.system.cli('status')).out.includes('No problems found');
      await eventually(settled, { within: 60_000, every: 500, what: 'a status without problems' });
    },
  );
});

/** docs/faults.md, F7 and F8. */
(engine ? describe : describe.skip)(
  'an agent that is killed with -9 in the middle of a change, on a real engine',
  () => {
    let second: NetworkId;
    let startedAt: string;
    const containersNamed = async (name: string) =>
      (await world.ours()).filter(({ Names }) => Names.includes(`/orrery-${name}`));
    /**
     * Kills the agent at this point, in the middle of a change; resolves with the time from its next start until the
     * change is done.
     */
    const killedAt = async (point: string, change: () => Promise<{ id: string }>) => {
      await world.host.process.kill('SIGTERM');
      await world.host.start({ ORRERY_CRASH_AT: point });
      const { id } = await change();
      await eventually(() => world.host.process.exited, { within: 60_000, what: `the death at ${point}` });
      expect(world.host.process.child.signalCode).toBe('SIGKILL');
      const begun = performance.now();
      await world.host.start();
      await world.system.done(id, 60_000);
      return performance.now() - begun;
    };
    const goodLives = async () => expect((await world.container(good).inspect()).State.StartedAt).toBe(startedAt);

    beforeAll(async () => {
      second = await world.controller.network('10.78.0', { private: false });
      startedAt = (await world.container(good).inspect()).State.StartedAt;
    });

    it.each(LAUNCH)('at %s has one container and one identity soon after', async (point) => {
      const name = world.name(point.replaceAll(/[^a-z]+/g, '-').slice(0, 40));
      const identities = (await world.host.identities()).size;
      const launched = () => world.system.launch(HOST, name, network);
      const ms = await killedAt(point, launched);
      expect(ms).toBeLessThan(asOnCalmMachine(AGAIN_MS));
      const [container, ...more] = await containersNamed(name);
      expect([container?.State, more]).toEqual(['running', []]);
      expect((await world.host.identities()).size).toBe(identities + 1);
      expect(await world.addressOf(name)).toMatch(/^[0-9a-f]{10}$/);
      const made = (await world.events()).filter(
        ({ type, data }) => type === 'container.started' && data['name'] === name,
      );
      expect(made).toHaveLength(1);
      await goodLives();
      const { id } = await world.system.change('DELETE', `/v1/hosts/${HOST}/containers/${name}`);
      await world.system.done(id);
      expect((await world.host.identities()).size).toBe(identities);
    });

    it('at launch.joined is in the network once, and its container was not restarted', async () => {
      const { Config } = await world.container(good).inspect();
      const path = `/v1/nodes/${Config.Labels['io.orrery.node']}/networks/${second}`;
      const ms = await killedAt('launch.joined', () => world.system.change('PUT', path, {}));
      expect(ms).toBeLessThan(asOnCalmMachine(AGAIN_MS));
      const joins = (await world.events()).filter(
        ({ type, data }) => type === 'network.joined' && data['network'] === second,
      );
      expect(joins).toHaveLength(1);
      await goodLives();
    });

    it('leaves behind no minting container and no container that is not desired', async () => {
      const left = async () => (await world.ours()).map(({ Names }) => Names[0]);
      await eventually(async () => (await left()).length === 1, { within: 30_000, what: 'one container' });
      expect(await left()).toEqual([`/orrery-${good}`]);
    });

    it('restarts none of its running containers when it is restarted itself', async () => {
      const names = ['a', 'b', 'c'].map((letter) => world.name(letter));
      await Promise.all(names.map((name) => world.launched(name, network, () => Promise.resolve())));
      const all = [good, ...names];
      const starts = () =>
        Promise.all(all.map(async (name) => (await world.container(name).inspect()).State.StartedAt));
      const before = await starts();
      for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
        const seen = await world.lastEvent();
        await world.host.process.kill(signal);
        await world.host.start();
        await world.event('host.snapshot', seen, 30_000);
        await world.host.welcomed();
      }
      expect(await starts()).toEqual(before);
    });
  },
);
