import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { registryCredentials } from './registry-credentials.js';

const auth = Buffer.from('kim:s3cret:with:colons').toString('base64');

describe('credentials for a registry', () => {
  let folder: string;
  let file: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'orrery-credentials-'));
    file = join(folder, 'config.json');
    await writeFile(
      file,
      JSON.stringify({ auths: { 'registry.lan:5000': { auth }, 'https://index.docker.io/v1/': { auth } } }),
    );
  });
  afterAll(() => rm(folder, { recursive: true }));

  it('are those that docker login stored for the registry of the image', async () => {
    const found = await registryCredentials(file, 'registry.lan:5000/zt:1');
    expect(found).toEqual({ username: 'kim', password: 's3cret:with:colons', serveraddress: 'registry.lan:5000' });
    expect(await registryCredentials(file, 'zerotier/zerotier')).toMatchObject({ username: 'kim' });
  });

  it('go to no other registry', async () => {
    expect(await registryCredentials(file, 'evil.lan:5000/zt:1')).toBeUndefined();
    expect(await registryCredentials(file, 'registry.lan/zt:1')).toBeUndefined();
  });

  it('are absent when the file is missing or cannot be read', async () => {
    expect(await registryCredentials(join(folder, 'nope'), 'registry.lan:5000/zt')).toBeUndefined();
    await writeFile(join(folder, 'bad'), '{');
    expect(await registryCredentials(join(folder, 'bad'), 'registry.lan:5000/zt')).toBeUndefined();
  });
});
