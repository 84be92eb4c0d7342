import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { eventually } from '../support/eventually.js';
import { findLabEngine } from '../support/zerotier/lab-engine.js';
import { ZtLab, type ZtContainer } from './orrery-zt/zt-lab.js';

jest.setTimeout(120_000);

const engine = await findLabEngine();
/** A root is in no network, so it needs neither. */
const BARE = { tun: false, netAdmin: false };

(engine ? describe : describe.skip)('orrery-zt as the root of an installation', () => {
  let lab: ZtLab;
  let moons: string;

  const isHealthy = (node: ZtContainer) =>
    eventually(async () => (await node.health()) === 'healthy', { within: 30_000, every: 200, what: 'healthy' });
  const moonOf = async (root: ZtContainer) => {
    const { out } = await root.run('sh', '-c', 'cd /moons-out && stat -c "%a %n" *.moon && cat *.moon | cksum');
    const [, mode, id, sum] = /^(\d+) (\w{16})\.moon\n(.+)\n$/.exec(out) ?? [];
    return { mode, id, sum };
  };
  /** On a node with the moon, one peer is a MOON with a path to it. */
  const findsRoot = async (id: string) => {
    const node = await lab.run({ volumes: [`${moons}:/moons:ro`] });
    const direct = async () => (await node.run('zerotier-cli', 'peers')).out.includes('MOON');
    await eventually(direct, { within: 30_000, every: 200, what: `the moon ${id} among its peers` });
    const { out } = await node.run('zerotier-cli', 'peers');
    expect(out).toMatch(new RegExp(`^${id.slice(6)} .* MOON .* DIRECT `, 'm'));
    await node.container.remove({ force: true, v: true });
  };

  beforeAll(async () => {
    if (!engine) return;
    lab = await ZtLab.open(engine);
    moons = `${lab.world.network}-moons`;
  });
  afterAll(async () => {
    if (!lab) return;
    const volume = lab.world.docker.getVolume(moons);
    const home = lab.world.docker.getVolume(`${moons}-root`);
    await lab.close();
    await Promise.all([volume.remove(), home.remove()]);
  });

  it('creates a moon that leads other nodes to it, keeps it, and recreates it when its address changes', async () => {
    const volumes = [`${moons}:/moons-out`, `${moons}-root:/var/lib/zerotier-one`];
    const root = await lab.run({ ...BARE, volumes, words: ['root'], health: true });
    await isHealthy(root);
    const made = await moonOf(root);
    expect(made).toMatchObject({ mode: '644', id: expect.stringMatching(/^000000[0-9a-f]{10}$/) });
    await findsRoot(made.id ?? '');

    await root.container.restart({ t: 20 });
    await isHealthy(root);
    expect(await moonOf(root)).toEqual(made);

    await root.container.remove({ force: true });
    // Takes the address that the root had.
    await lab.run();
    const moved = await lab.run({ ...BARE, volumes, words: ['root'], health: true });
    await isHealthy(moved);
    const again = await moonOf(moved);
    expect(again.id).toBe(made.id);
    expect(again.sum).not.toBe(made.sum);
    await findsRoot(made.id ?? '');
  });

  it('does not start when the moon has nowhere to go, or with an invalid endpoint', async () => {
    const environment = { ORRERY_ZT_MOONS: '/proc/nowhere' };
    const nowhere = await lab.run({ ...BARE, environment, words: ['root'] });
    expect([await nowhere.ended(), await nowhere.log()]).toEqual([78, expect.stringContaining('cannot be written to')]);
    const wrong = await lab.run({ ...BARE, environment: { ORRERY_ZT_ENDPOINTS: 'here:9993' }, words: ['root'] });
    expect([await wrong.ended(), await wrong.log()]).toEqual([78, expect.stringContaining('"here:9993"')]);
  });
});
