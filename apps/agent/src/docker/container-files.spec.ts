import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { newId, Secret } from '@orrery/shared/runtime';
import type { ContainerBlueprint } from '@orrery/shared/machine';
import { containerFiles, readMoons } from './container-files.js';

const settings = { allowManaged: true, allowGlobal: false, allowDefault: false, allowDNS: false };
const secrets = {
  address: '3a4f1af7fa',
  identityPublic: '3a4f1af7fa:0:aa',
  identitySecret: new Secret('3a4f1af7fa:0:aa:bb'),
  authToken: new Secret('t'.repeat(24)),
};
const blueprint: ContainerBlueprint = {
  item: newId('itm'),
  node: newId('nod'),
  name: 'demo',
  image: 'img',
  limits: { memoryMb: 256, pids: 128 },
  incarnation: 0,
  memberships: [
    { network: '8056c2e21c000001', settings },
    { network: '8613c47a541ea8a2', settings: { ...settings, allowManaged: ['10.1.0.0/16', 'fd00::/8'] } },
  ],
};
const endpoint = { gateways: ['10.214.1.1'], port: 25_017 };
const files = containerFiles(blueprint, secrets, endpoint, [
  { name: '0000003418d0ec20.moon', content: Uint8Array.of(1, 0, 255) },
]);
const HOME = 'var/lib/zerotier-one/';
const contentOf = (name: string, among = files) => among.find(({ path }) => path === HOME + name)?.content;

describe('the files of a container', () => {
  it('hold its identity and token, without a newline', () => {
    expect(contentOf('identity.secret')).toBe('3a4f1af7fa:0:aa:bb');
    expect(contentOf('identity.public')).toBe('3a4f1af7fa:0:aa');
    expect(contentOf('authtoken.secret')).toBe('t'.repeat(24));
  });

  it('let only the bridge and the container itself manage the daemon, on its one permanent port', () => {
    expect(JSON.parse(String(contentOf('local.conf')))).toEqual({
      settings: {
        allowManagementFrom: ['10.214.1.1/32', '127.0.0.1/32'],
        softwareUpdate: 'disable',
        portMappingEnabled: false,
        primaryPort: 25_017,
        allowSecondaryPort: false,
      },
    });
  });

  it('make an attachment, and no other node, give up paths that are silent', () => {
    const inside = { workload: 'shop/db/1', engineId: 'a'.repeat(64) };
    const attached = containerFiles({ ...blueprint, inside }, secrets, endpoint, []);
    const settingsIn = (text: unknown) => (JSON.parse(String(text)) as { settings: object }).settings;
    expect(settingsIn(contentOf('local.conf', attached))).toMatchObject({
      defaultBondingPolicy: 'orrery',
      policies: { orrery: { basePolicy: 'active-backup', failoverInterval: 2_000 } },
    });
    expect(settingsIn(contentOf('local.conf'))).not.toHaveProperty('defaultBondingPolicy');
  });

  it('list its networks, with a settings file when the settings differ from the defaults', () => {
    expect(contentOf('networks.d/8056c2e21c000001.conf')).toBe('');
    expect(contentOf('networks.d/8056c2e21c000001.local.conf')).toBeUndefined();
    expect(contentOf('networks.d/8613c47a541ea8a2.local.conf')).toBe(
      'allowManaged=10.1.0.0/16,fd00::/8\nallowGlobal=0\nallowDefault=0\nallowDNS=0\n',
    );
    expect(contentOf('moons.d/0000003418d0ec20.moon')).toEqual(Uint8Array.of(1, 0, 255));
  });

  it('are readable only by their owner, and end with the mark of completeness', () => {
    expect(files.map(({ mode, content }) => (content === undefined ? mode === 0o700 : mode === 0o600))).not.toContain(
      false,
    );
    expect(files.at(-1)?.path).toBe(`${HOME}orrery.json`);
  });

  it('include the moons of a folder and nothing else in it, and fail when the folder is missing', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'orrery-moons-'));
    await writeFile(join(folder, '0000003418d0ec20.moon'), 'm');
    await writeFile(join(folder, 'notes.txt'), 'n');
    expect((await readMoons(folder)).map(({ name }) => name)).toEqual(['0000003418d0ec20.moon']);
    expect(await readMoons(null)).toEqual([]);
    await expect(readMoons(join(folder, 'nope'))).rejects.toMatchObject({
      fix: expect.stringContaining('ORRERY_MOONS_DIR'),
    });
    await rm(folder, { recursive: true });
  });
});
