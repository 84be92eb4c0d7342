import { pinOf } from '@orrery/shared/tls';
import { describe, expect, it } from '@jest/globals';
import { X509Certificate } from 'node:crypto';
import { readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { temporaryFolder } from '../../../../test/support/servers.js';
import { ensurePrivateTls, tlsFiles } from './private-tls.js';

const NAMES = ['orrery.lan', '10.0.0.5', 'localhost', '127.0.0.1', '::1'];
const DAY_MS = 86_400_000;
const make = async (names = NAMES) => {
  const folder = join(await temporaryFolder('tls'), 'secrets', 'tls');
  return { folder, made: await ensurePrivateTls(folder, names) };
};

describe('the private authority', () => {
  it('is created once, with a certificate for the names, in files that only their owner can read', async () => {
    const { folder, made } = await make();
    const again = await ensurePrivateTls(folder, NAMES);
    expect(again).toEqual(made);
    expect((await readdir(folder)).sort()).toEqual(['ca.crt', 'ca.key', 'server.crt', 'server.key']);
    for (const file of Object.values(tlsFiles(folder))) expect((await stat(file)).mode & 0o777).toBe(0o600);
    const [server, authority] = [new X509Certificate(made.certificate), new X509Certificate(made.authority ?? '')];
    expect(server.verify(authority.publicKey)).toBe(true);
    expect([authority.ca, server.ca]).toEqual([true, false]);
    expect(server.checkHost('orrery.lan')).toBe('orrery.lan');
    expect(server.checkIP('10.0.0.5')).toBe('10.0.0.5');
    expect(server.checkHost('other.lan')).toBeUndefined();
  });

  it('has nothing in common with that of another installation', async () => {
    const [one, other] = await Promise.all([make(), make()]);
    expect(one.made.key).not.toBe(other.made.key);
    expect(one.made.authority).not.toBe(other.made.authority);
    expect(
      new X509Certificate(one.made.certificate).verify(new X509Certificate(other.made.authority ?? '').publicKey),
    ).toBe(false);
  });

  it('renews the certificate when a third of its life is left, and keeps the key, so that pins stay valid', async () => {
    const { folder, made } = await make();
    const early = await ensurePrivateTls(folder, NAMES, Date.now() + 200 * DAY_MS);
    expect(early.certificate).toBe(made.certificate);
    const late = await ensurePrivateTls(folder, NAMES, Date.now() + 300 * DAY_MS);
    expect(late.certificate).not.toBe(made.certificate);
    expect(pinOf(late.certificate)).toBe(pinOf(made.certificate));
    expect(late.authority).toBe(made.authority);
  });

  it('creates another certificate for another name, or under another authority', async () => {
    const { folder, made } = await make();
    const renamed = await ensurePrivateTls(folder, [...NAMES, 'new.lan']);
    expect(new X509Certificate(renamed.certificate).checkHost('new.lan')).toBe('new.lan');
    await rm(tlsFiles(folder).authority);
    await rm(tlsFiles(folder).authorityKey);
    const anew = await ensurePrivateTls(folder, NAMES);
    expect(anew.authority).not.toBe(made.authority);
    expect(new X509Certificate(anew.certificate).verify(new X509Certificate(anew.authority ?? '').publicKey)).toBe(
      true,
    );
    expect(await readFile(tlsFiles(folder).key, 'utf8')).toContain(made.key.slice(0, 60));
  });
});
