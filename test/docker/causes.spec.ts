import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { NetworkId } from '@orrery/shared/contracts';
import { eventually } from '../support/eventually.js';
import { findLabEngine } from '../support/zerotier/lab-engine.js';
import { importImage } from './machine/tiny-image.js';
import { DockerSystem, HOST } from './system/docker-system.js';

jest.setTimeout(120_000);
const engine = await findLabEngine();
/** Ten seconds on a calm machine. */
const SOON_MS = 15_000;

/** One system for all of this file: what is wrong is the image, or the way to the engine. */
let world: DockerSystem;
let network: NetworkId;
let good: string;
beforeAll(async () => {
  if (!engine) return;
  world = await DockerSystem.open(engine);
  network = await world.controller.network('10.77.0', { private: false });
  good = world.name('good');
  await world.launched(good, network, () => Promise.resolve());
});
afterAll(() => world?.close());

/** FAULTS F14, and F9 as far as one engine can show it: through the real CLI, each with a code and a fix of its own. */
(engine ? describe : describe.skip)('a launch that cannot come true', () => {
  const images: string[] = [];
  /** Fails soon, with this code and a fix, and leaves no container. */
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
    expect(ms).toBeLessThan(SOON_MS);
    expect((await world.container(good).inspect()).State.Running).toBe(true);
    const removed = await world.system.cli('rm', `${HOST}/${name}`, '--yes', '--wait=40s');
    expect(removed.code).toBe(0);
    return launched.out;
  };

  afterAll(async () => {
    for (const image of images) await world.docker.getImage(image).remove({ force: true });
  });

  it('says that the registry refused the pull', async () => {
    const out = await failsWith('pull-refused', 'refused', '--image', '127.0.0.1:1/zerotier/zerotier:1.14.2');
    expect(out).toContain('docker pull');
  });

  it('tells an image for another machine from one that is no zerotier-one', async () => {
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

  it('refuses an image that brings a volume of its own', async () => {
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

/** An engine whose socket takes connections and never answers, or is not there at all. */
(engine ? describe : describe.skip)('an engine that cannot be asked', () => {
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
    ['is not there', () => '/nowhere/docker.sock'],
    ['takes connections and never answers', () => join(folder, 'docker.sock')],
  ])('which %s: says so soon, removes nothing, and goes on where it was when it is back', async (_case, socket) => {
    const before = await world.container(good).inspect();
    const from = await world.lastEvent();
    await restartWith(socket());
    const begun = performance.now();
    const asked = await world.system.cli('restart', `${HOST}/${good}`, '--wait=40s');
    expect([asked.code, asked.out]).toEqual([1, expect.stringContaining('docker-unreachable')]);
    expect(asked.out).toMatch(/systemctl (re)?start docker/);
    expect(performance.now() - begun).toBeLessThan(2 * SOON_MS);
    expect(await statuses()).toEqual(['running']);
    expect(
      (await world.events(from)).filter(({ type }) => /removed|left|down$/.test(type) && type !== 'host.engine-down'),
    ).toEqual([]);
    // The loop of the agent is free all the while: it beats, and answers calls.
    expect((await world.system.presences())[HOST]).toBe('online');
    expect((await world.container(good).inspect()).State.StartedAt).toBe(before.State.StartedAt);
    await restartWith();
    // The restart stayed wanted.
    const anew = async () => (await world.container(good).inspect()).Id !== before.Id;
    await eventually(anew, { within: 60_000, what: 'the restart that stayed wanted' });
    const settled = async () => (await world.system.cli('status')).out.includes('Everything is as it is wanted');
    await eventually(settled, { within: 60_000, every: 500, what: 'a status without complaints' });
  });
});
