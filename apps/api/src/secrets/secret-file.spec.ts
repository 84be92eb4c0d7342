import { describe, expect, it } from '@jest/globals';
import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { temporaryFolder } from '../../../../test/support/servers.js';
import { readOrMakeSecret } from './secret-file.js';

describe('readOrMakeSecret', () => {
  it('creates a secret that only its owner can read, once', async () => {
    const path = join(await temporaryFolder('secret'), 'secrets', 'a.secret');
    let made = 0;
    const make = () => `s-${++made}`;
    expect((await readOrMakeSecret(path, make)).reveal()).toBe('s-1');
    expect((await readOrMakeSecret(path, make)).reveal()).toBe('s-1');
    expect(await readFile(path, 'utf8')).toBe('s-1');
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect((await stat(join(path, '..'))).mode & 0o777).toBe(0o700);
  });

  it('returns the same one to all concurrent callers, and leaves nothing else behind', async () => {
    const folder = await temporaryFolder('secret');
    let made = 0;
    const all = await Promise.all(
      Array.from({ length: 10 }, () => readOrMakeSecret(join(folder, 'b.secret'), () => `s-${++made}`)),
    );
    expect(new Set(all.map((secret) => secret.reveal())).size).toBe(1);
    expect(await readdir(folder)).toEqual(['b.secret']);
  });

  it('uses a value that a person put there, without the newline of their editor', async () => {
    const path = join(await temporaryFolder('secret'), 'c.secret');
    await writeFile(path, 'mine\n');
    expect((await readOrMakeSecret(path, () => 'other')).reveal()).toBe('mine');
  });
});
