import { createServer, type Server } from 'node:http';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { assertExpected } from './node-door.js';
import { HostDaemon } from './host-daemon.js';

const NETWORK = '8056c2e21c000001';

describe("the host's own daemon", () => {
  let folder: string;
  let home: string;
  let server: Server | undefined;
  const own = () => join(folder, 'own-token');
  const daemon = (port: number | null = null) => new HostDaemon({ home, port, userTokenFile: own() });
  const codeOf = async (work: Promise<unknown>) => {
    try {
      await work;
    } catch (error) {
      return (error as { code?: string }).code;
    }
    return 'no error';
  };

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'orrery-host-'));
    home = join(folder, 'home');
    await mkdir(join(home, 'networks.d'), { recursive: true });
    await writeFile(join(home, 'authtoken.secret'), 'home-token\n');
    await writeFile(join(home, 'identity.public'), '3a4f1af7fa:0:abc');
  });
  afterEach(async () => {
    server?.close();
    server = undefined;
    await rm(folder, { recursive: true, force: true });
  });

  async function listen(answer: (token: unknown) => [number, object]): Promise<number> {
    server = createServer((request, response) => {
      const [status, body] = answer(request.headers['x-zt1-auth']);
      response.writeHead(status).end(JSON.stringify(body));
    });
    await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
    return (server?.address() as AddressInfo).port;
  }
  const status = (address: string) => ({ address, version: '1.14.1', online: true });

  it('is reached at the port in its file, with the trimmed token in its home', async () => {
    const port = await listen((token) => (token === 'home-token' ? [200, status('3a4f1af7fa')] : [401, {}]));
    await writeFile(join(home, 'zerotier-one.port'), String(port));
    const door = await daemon().open();
    expect((await door.api.status()).address).toBe(door.expected);
  });

  it('is reached with the copy of the token in a user folder when there is none in its home', async () => {
    await rm(join(home, 'authtoken.secret'));
    await writeFile(own(), 'own-token');
    const port = await listen((token) => (token === 'own-token' ? [200, status('3a4f1af7fa')] : [401, {}]));
    const door = await daemon(port).open();
    await expect(door.api.status()).resolves.toMatchObject({ address: '3a4f1af7fa' });
  });

  it('is missing when it has no home, has an unreadable token when it has no token, and each says what to type', async () => {
    await rm(join(home, 'authtoken.secret'));
    await expect(daemon().open()).rejects.toMatchObject({
      code: 'token-unreadable',
      fix: expect.stringContaining('systemctl start'),
    });
    home = join(folder, 'nowhere');
    await expect(daemon().open()).rejects.toMatchObject({
      code: 'zerotier-missing',
      fix: expect.stringContaining('systemctl enable'),
    });
  });

  // Root can read everything, so this cannot be tested as root.
  (process.getuid?.() === 0 ? it.skip : it)(
    'names the command that gives a user access to an unreadable token',
    async () => {
      await chmod(join(home, 'authtoken.secret'), 0);
      await expect(daemon().open()).rejects.toMatchObject({
        code: 'token-unreadable',
        fix: expect.stringContaining('sudo install -m 600'),
      });
    },
  );

  it('is unreachable when nothing listens, and has lost its port when another node or program listens', async () => {
    const port = await listen(() => [200, status('ffffffff00')]);
    const door = await daemon(port).open();
    const answer = await door.api.status();
    const wrong = await Promise.resolve()
      .then(() => assertExpected(answer, door.expected))
      .catch((error: unknown) => door.explain(error));
    expect(wrong).toMatchObject({ code: 'port-taken' });
    server?.close();
    expect(await codeOf(door.api.status().catch((error: unknown) => Promise.reject(door.explain(error))))).toBe(
      'daemon-unreachable',
    );
  });

  it('has an unreadable token when the daemon refuses it', async () => {
    const door = await daemon(await listen(() => [401, {}])).open();
    expect(await codeOf(door.api.status().catch((error: unknown) => Promise.reject(door.explain(error))))).toBe(
      'token-unreadable',
    );
  });

  it('gets a settings file with the owner of the folder, and no other file is left', async () => {
    const door = await daemon().open();
    await door.settings.write(NETWORK, 'allowManaged=10.0.0.0/8\n');
    expect(await readdir(join(home, 'networks.d'))).toEqual([`${NETWORK}.local.conf`]);
    expect(await readFile(join(home, 'networks.d', `${NETWORK}.local.conf`), 'utf8')).toBe('allowManaged=10.0.0.0/8\n');
    const [file, owner] = await Promise.all([
      stat(join(home, 'networks.d', `${NETWORK}.local.conf`)),
      stat(join(home, 'networks.d')),
    ]);
    expect(file.uid).toBe(owner.uid);
    expect(await door.settings.read('8613c47a541ea8a2')).toBeUndefined();
  });

  it('reports why when a settings file cannot be written', async () => {
    await rm(join(home, 'networks.d'), { recursive: true });
    const door = await daemon().open();
    await expect(door.settings.write(NETWORK, 'x')).rejects.toMatchObject({ code: 'settings-refused' });
  });
});
