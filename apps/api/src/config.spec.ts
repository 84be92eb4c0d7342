import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { ApiSettings, loadConfig } from './config.js';

const urls = {
  DATABASE_URL: 'postgres://u:dbpass@127.0.0.1:5432/orrery',
  NATS_URL: 'nats://u:natspass@127.0.0.1:4222',
};

describe('loadConfig', () => {
  it('needs only the two addresses', () => {
    expect(loadConfig({ ...urls, ORRERY_HOME: '/state' })).toMatchObject({
      home: '/state',
      secretsFolder: '/state/secrets',
      joinSecretFile: '/state/secrets/join.secret',
      listen: '127.0.0.1',
      port: 7070,
      allowedHosts: [],
      heartbeatMs: 5000,
    });
  });

  it('treats an empty variable as absent, and names as a list', () => {
    expect(loadConfig({ ...urls, ORRERY_PORT: '', ORRERY_ALLOWED_HOSTS: 'Orrery.lan, other ,' })).toMatchObject({
      port: 7070,
      allowedHosts: ['orrery.lan', 'other'],
    });
  });

  it('names every invalid setting at once, and shows no secret', () => {
    const load = () => loadConfig({ NATS_URL: 'http://u:natspass@x', ORRERY_PORT: '99999', ORRERY_LOG_LEVEL: 'loud' });
    expect(load).toThrow(expect.objectContaining({ code: 'settings-invalid' }));
    expect(load).toThrow(/DATABASE_URL.*NATS_URL|NATS_URL.*DATABASE_URL/s);
    expect(load).toThrow(/ORRERY_PORT/);
    expect(load).not.toThrow(/natspass/);
    expect(JSON.stringify(loadConfig(urls))).not.toMatch(/dbpass|natspass/);
  });

  it('reads the database password from a file, whatever is in it, and explains why a file cannot be used', () => {
    const folder = mkdtempSync(join(tmpdir(), 'orrery-config-'));
    const file = join(folder, 'postgres.password');
    const load = (DATABASE_URL: string) =>
      loadConfig({ ...urls, DATABASE_URL, ORRERY_DATABASE_PASSWORD_FILE: file }).databaseUrl.reveal();
    const bare = 'postgres://u@127.0.0.1:5432/orrery';
    expect(() => load(bare)).toThrow(/ORRERY_DATABASE_PASSWORD_FILE: .*postgres\.password/);
    writeFileSync(file, '\n');
    expect(() => load(bare)).toThrow(/is empty/);
    writeFileSync(file, 'p@ss/w:rd%20?\n');
    expect(decodeURIComponent(new URL(load(bare)).password)).toBe('p@ss/w:rd%20?');
    expect(new URL(load(bare)).host).toBe('127.0.0.1:5432');
    expect(() => load(urls.DATABASE_URL)).toThrow(/has a password, too/);
    expect(() => load(urls.DATABASE_URL)).not.toThrow(/dbpass/);
    rmSync(folder, { recursive: true });
  });

  it('describes every setting', () => {
    for (const [name, setting] of Object.entries(ApiSettings.shape))
      expect([name, setting.meta()?.description]).toEqual([name, expect.stringMatching(/\w/)]);
  });
});
