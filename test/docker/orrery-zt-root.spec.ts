import { mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
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

  it('gives up silent paths, unless its owner has configured it', async () => {
    const path = '/var/lib/zerotier-one/local.conf';
    const own = '{ "settings": { "portMappingEnabled": false } }';
    const [root, configured] = await Promise.all([
      lab.run({ ...BARE, words: ['root'] }),
      lab.run({ ...BARE, words: ['root'], files: { [path]: own } }),
    ]);
    const ready = async (node: ZtContainer) => (await node.log()).includes('tells nodes to find it');
    for (const node of [root, configured])
      await eventually(() => ready(node), { within: 30_000, every: 100, what: 'a root' });
    const textOf = async (node: ZtContainer) => (await node.run('cat', path)).out.trim();
    expect(JSON.parse(await textOf(root))).toMatchObject({
      settings: { policies: { orrery: { basePolicy: 'active-backup', failoverInterval: 2_000 } } },
    });
    expect(await textOf(configured)).toBe(own);
    for (const node of [root, configured]) await node.container.remove({ force: true, v: true });
  });

  it('takes public identities through its door, valid ones only, and forgets them when they are no longer offered', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'orrery-door-'));
    const root = await lab.run({ ...BARE, volumes: [`${folder}:/door`], words: ['root'] });
    const isThere = async (path: string) => (await root.run('test', '-e', path)).code === 0;
    const comes = (path: string, comes = true) =>
      eventually(async () => (await isThere(path)) === comes, { within: 30_000, every: 100, what: path });
    const offer = (name: string, text: string) => writeFile(join(folder, 'offered', name), text);
    await comes('/door/root.json');
    const { address, endpoints } = JSON.parse(await readFile(join(folder, 'root.json'), 'utf8')) as Record<
      string,
      unknown
    >;
    expect([(await root.log()).includes(`node address ${String(address)}`), endpoints]).toEqual([
      ...[true, [expect.stringMatching(/^[\d.]+\/9993$/)]],
    ]);

    const identity = await lab.world.mint();
    const peer = `/var/lib/zerotier-one/peers.d/${identity.address}.peer`;
    // Another key than the one that the address comes from, the secret, more than an identity, a name that leads elsewhere.
    const refused = { '00c0ffee00': identity.public, '00c0ffee01': identity.secret, '00c0ffee02': 'x'.repeat(5000) };
    for (const [name, text] of Object.entries(refused)) await offer(name, text);
    await symlink('/var/lib/zerotier-one/identity.secret', join(folder, 'offered', '00c0ffee03'));
    await offer(identity.address, identity.public);
    await Promise.all([...Object.keys(refused), '00c0ffee03'].map((name) => comes(`/door/refused/${name}`)));
    await comes(`/door/known/${identity.address}`);
    const { out } = await root.run(
      'sh',
      '-c',
      `od -An -v -tx1 ${peer} | tr -d ' \\n'; echo; ls /var/lib/zerotier-one/peers.d`,
    );
    const file = `02${identity.address}00${identity.public.slice(13)}${'00'.repeat(11)}`;
    expect(out.trim().split('\n')).toEqual([file, `${identity.address}.peer`]);

    await rm(join(folder, 'offered', identity.address));
    await comes(peer, false);
    expect(await isThere(`/door/known/${identity.address}`)).toBe(false);
    await root.container.remove({ force: true, v: true });
    await rm(folder, { recursive: true, force: true });
  });

  it('does not start when the moon has nowhere to go, or with an invalid endpoint', async () => {
    const environment = { ORRERY_ZT_MOONS: '/proc/nowhere' };
    const nowhere = await lab.run({ ...BARE, environment, words: ['root'] });
    expect([await nowhere.ended(), await nowhere.log()]).toEqual([78, expect.stringContaining('cannot be written to')]);
    const wrong = await lab.run({ ...BARE, environment: { ORRERY_ZT_ENDPOINTS: 'here:9993' }, words: ['root'] });
    expect([await wrong.ended(), await wrong.log()]).toEqual([78, expect.stringContaining('"here:9993"')]);
  });
});
