import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { AttachmentItem, Item, MembershipItem } from '@orrery/shared/contracts';
import type Docker from 'dockerode';
import { asOnCalmMachine } from '../support/calm.js';
import { findLabEngine } from '../support/zerotier/lab-engine.js';
import { AttachLab } from './machine/attach-lab.js';
import type { MachineLab } from './machine/machine-lab.js';
import { rootlessProxy } from './machine/rootless-proxy.js';

jest.setTimeout(180_000);

const SOON_MS = 5_000;
const engine = await findLabEngine();

(engine ? describe : describe.skip)('an attachment, carried out on the real machine', () => {
  let world: AttachLab;
  let lab: MachineLab;
  let attachment: AttachmentItem;
  let membership: MembershipItem;

  beforeAll(async () => {
    if (!engine) return;
    world = await AttachLab.open(engine, '10.94.0');
    ({ lab } = world);
  });
  afterAll(() => world?.close());

  const workload = (...as: Parameters<AttachLab['workload']>) => world.workload(...as);
  const compose = (service: string) => world.compose(service);
  const settle = (items: Item[]) => world.settle(items);
  const outcome = (item: Item, items: Item[]) => world.outcome(item, items);
  const inside = (container: Docker.Container, ...command: string[]) => world.inside(container, ...command);
  const sidecar = async () => (await lab.containerOf({ item: attachment.id }))[0];
  const address = () => lab.addressOf(attachment);
  const untouched = async (container: Docker.Container) => {
    const {
      State: _state,
      NetworkSettings: _networks,
      ExecIDs: _execs,
      ...rest
    } = (await container.inspect()) as Docker.ContainerInspectInfo & { ExecIDs: unknown };
    return JSON.stringify(rest);
  };

  let db: Docker.Container;

  it('waits for a workload that is not there', async () => {
    [attachment, membership] = world.attach('db', world.reference('db'));
    expect(await settle([attachment, membership])).toEqual([]);
    expect(await outcome(attachment, [attachment])).toMatchObject({ kind: 'waiting', code: 'workload' });
    expect(await outcome(membership, [attachment, membership])).toMatchObject({ kind: 'waiting', code: 'workload' });
  });

  it('gives the workload the interface, and changes nothing of its container', async () => {
    db = await workload('db-1', {}, compose('db'));
    const before = await untouched(db);
    expect(await settle([attachment, membership])).toEqual(['mint-identity', 'create-container', 'start-container']);
    const shown = await address();
    expect(shown).toMatch(/^10\.94\.0\./);
    expect(await inside(db, 'ip', '-o', 'addr')).toContain(shown.split('/')[0]);
    expect(await untouched(db)).toBe(before);
    expect(await outcome(attachment, [attachment])).toMatchObject({ kind: 'done' });
    const { Id } = await db.inspect();
    expect(await sidecar()).toMatchObject({ ours: true, inside: Id });
  });

  it('stops with the workload, waits, and starts with it again', async () => {
    const [before, shown] = [await sidecar(), await address()];
    await db.kill();
    expect(await settle([attachment, membership])).toEqual(['stop-container']);
    expect(await outcome(attachment, [attachment])).toMatchObject({
      code: 'workload',
      cause: expect.stringContaining('exited'),
    });
    await db.start();
    expect(await settle([attachment, membership])).toEqual(['start-container']);
    expect(await address()).toBe(shown);
    expect((await sidecar())?.engineId).toBe(before?.engineId);
  });

  it('follows a workload that was restarted into its new namespace, although its daemon says that all is well', async () => {
    const shown = await address();
    await db.restart({ t: 0 });
    expect(await sidecar()).toMatchObject({ state: 'running', apart: true });
    expect(await inside(db, 'ip', '-o', 'addr')).not.toContain(shown.split('/')[0]);
    expect(await outcome(attachment, [attachment])).toBeUndefined();
    expect(await settle([attachment, membership])).toEqual(['stop-container', 'start-container']);
    expect(await address()).toBe(shown);
    expect(await inside(db, 'ip', '-o', 'addr')).toContain(shown.split('/')[0]);
  });

  it('is made anew with a workload that is made anew, with its address', async () => {
    const [before, shown] = [await sidecar(), await address()];
    await db.remove({ force: true, v: true });
    db = await workload('db-1', {}, compose('db'));
    expect(await settle([attachment, membership])).toEqual(['remove-container', 'create-container', 'start-container']);
    expect(await address()).toBe(shown);
    expect((await sidecar())?.engineId).not.toBe(before?.engineId);
    expect(await inside(db, 'ip', '-o', 'addr')).toContain(shown.split('/')[0]);
  });

  it('goes at once when the workload is removed, and keeps its identity', async () => {
    const shown = await address();
    await db.remove({ force: true, v: true });
    expect(await settle([attachment, membership])).toEqual(['remove-container']);
    expect(lab.identities.has(attachment.node)).toBe(true);
    db = await workload('db-1', {}, compose('db'));
    await settle([attachment, membership]);
    expect(await address()).toBe(shown);
  });

  it('is removed with its item, and the workload runs on', async () => {
    const { State } = await db.inspect();
    const gone = [attachment, membership].map((item): Item => ({ ...item, intent: 'absent', revision: 2 }));
    expect(await settle(gone)).toEqual(['remove-container', 'forget-identity']);
    expect((await db.inspect()).State.StartedAt).toBe(State.StartedAt);
    expect(await inside(db, 'ip', '-o', 'link')).not.toMatch(/\bzt/);
  });

  const impossible: [string, string, (name: string) => Promise<unknown>][] = [
    ['host network', 'uses the network of the host', (name) => workload(name, { NetworkMode: 'host' })],
    [
      'the network of another container',
      'uses the network of the container',
      async (name) => workload(name, { NetworkMode: `container:${(await db.inspect()).Id}` }),
    ],
    ['no network', 'no way out', (name) => workload(name, { NetworkMode: 'none' })],
    [
      'a task of `compose run`',
      'nobody can name again',
      (name) => workload(name, {}, { ...compose('job'), 'com.docker.compose.oneoff': 'True' }),
    ],
    ['a task of Swarm', 'nobody can name again', (name) => workload(name, {}, { 'com.docker.swarm.task.id': 'x' })],
  ];
  it.each(impossible)('cannot be with %s, and soon says why', async (what, cause, create) => {
    const name = what.replaceAll(/\W/g, '').toLowerCase();
    const begun = performance.now();
    await create(name);
    const [item, joined] = world.attach(`a-${name}`.slice(0, 20), world.name(name));
    expect(await settle([item, joined])).toEqual([]);
    expect(await outcome(item, [item])).toMatchObject({
      ...{ kind: 'failed', code: 'workload-unsuitable', cause: expect.stringContaining(cause) },
      fix: expect.stringMatching(/\w/),
    });
    expect(performance.now() - begun).toBeLessThan(asOnCalmMachine(SOON_MS));
  });

  it('cannot be with internal networks only, unless there is a root of your own', async () => {
    await workload('shut');
    const [item, joined] = world.attach('a-shut', world.name('shut'));
    const under = (machine = lab.machine) => world.outcome(item, [item, joined], { workloads: 'all' }, machine);
    expect(await under(lab.another({ moonsDir: null }))).toMatchObject({
      ...{ kind: 'failed', code: 'workload-unsuitable', cause: expect.stringContaining('no way out') },
      fix: expect.stringContaining('a bridge network that is not internal'),
    });
    expect(await under()).toBeUndefined();
  });

  it('cannot be on a rootless engine', async () => {
    const proxy = await rootlessProxy(lab.config.dockerSocket);
    try {
      const begun = performance.now();
      await workload('rootless');
      const [item, joined] = world.attach('a-rootless', world.name('rootless'));
      const under = (machine = lab.machine) => world.outcome(item, [item, joined], { workloads: 'all' }, machine);
      expect(await under(lab.another({ dockerSocket: proxy.socket }))).toMatchObject({
        ...{ kind: 'failed', code: 'workload-unsuitable', cause: expect.stringContaining('rootless') },
        fix: expect.stringContaining('ORRERY_DOCKER_SOCKET'),
      });
      expect(performance.now() - begun).toBeLessThan(asOnCalmMachine(SOON_MS));
      expect(await under()).toBeUndefined();
    } finally {
      await proxy.close();
    }
  });

  it('cannot be with a workload that runs a ZeroTier of its own', async () => {
    const entrypoint = ['bash', '-c', 'exec -a /usr/sbin/zerotier-one sleep 1000'];
    const own = await workload('own-zt', {}, {}, { Entrypoint: entrypoint, Cmd: [] });
    const [item, joined] = world.attach('a-own-zt', (await own.inspect()).Name.slice(1));
    const [mint, create] = await world.steps([item, joined]);
    if (!mint || !create) throw new Error('two steps');
    await lab.do(mint);
    expect(await lab.refusal(create)).toMatchObject({
      ...{ code: 'workload-unsuitable', message: expect.stringContaining('runs a ZeroTier of its own') },
    });
  });

  it('waits while the workload is paused', async () => {
    const paused = await workload('paused');
    const [item, joined] = world.attach('a-paused', world.name('paused'));
    await paused.pause();
    expect(await settle([item, joined])).toEqual([]);
    expect(await outcome(item, [item])).toMatchObject({ kind: 'waiting', cause: expect.stringContaining('paused') });
    await paused.unpause();
    expect(await settle([item, joined])).toEqual(['mint-identity', 'create-container', 'start-container']);
  });
});
