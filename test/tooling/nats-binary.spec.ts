import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readFile, readdir, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { natsBinary } from '../../scripts/servers/nats-binary.mjs';
import { fromRelease } from '../../scripts/servers/nats-sources.mjs';
import { temporaryFolder } from '../support/servers-run.js';

const program = (version: string) => `#!/bin/sh\necho "nats-server: v${version}"\n`;

async function place(folder: string, version: string): Promise<string> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'nats-server'), program(version), { mode: 0o755 });
  return join(folder, 'nats-server');
}

describe('The nats-server to run', () => {
  let folder: string;
  let asked: string[];
  const source = (name: string, version?: string) => ({
    name,
    get: async (target: string) => {
      asked.push(name);
      if (!version) throw new Error(`${name} is closed today`);
      await writeFile(target, program(version));
    },
  });
  beforeEach(async () => {
    folder = await temporaryFolder('nats-binary');
    asked = [];
  });

  const find = (sources = [source('first', '2.12.0')], system: string[] = []) =>
    natsBinary({ env: { PATH: join(folder, 'bin'), ORRERY_CACHE: join(folder, 'cache') }, sources, system });

  it('is the one on PATH, and nothing is downloaded', async () => {
    const onPath = await place(join(folder, 'bin'), '2.10.0');
    expect(await find()).toBe(onPath);
    expect(asked).toEqual([]);
  });

  it('is not a version that is too old', async () => {
    await place(join(folder, 'bin'), '2.9.25');
    expect(await find()).toBe(join(folder, 'cache/nats-server'));
    expect(asked).toEqual(['first']);
  });

  it('is downloaded once, from the first source that has it', async () => {
    const sources = [source('closed'), source('old', '2.9.1'), source('good', '2.12.0'), source('never', '2.12.0')];
    const cached = join(folder, 'cache/nats-server');
    expect(await find(sources)).toBe(cached);
    expect(await find(sources)).toBe(cached);
    expect(asked).toEqual(['closed', 'old', 'good']);
    expect(await readdir(join(folder, 'cache'))).toEqual(['nats-server']);
  });

  it('is not available when every source fails: each reason is named, and the fix', async () => {
    const nothing = find([source('closed'), source('old', '2.9.1')]);
    await expect(nothing).rejects.toThrow(
      /closed: closed is closed today\n {2}old: its version is 2\.9\.1.*\n.*NATS_URL/s,
    );
  });
});

describe('The official release', () => {
  let server: Server;
  let address: string;
  let archive: Buffer;

  beforeAll(async () => {
    const folder = await temporaryFolder('release');
    await place(join(folder, 'nats-server-v9.9.9-linux-amd64'), '9.9.9');
    execFileSync('tar', ['-czf', 'release.tar.gz', 'nats-server-v9.9.9-linux-amd64'], { cwd: folder });
    archive = await readFile(join(folder, 'release.tar.gz'));
    server = createServer((request, response) => {
      const known = request.url === '/v9.9.9/nats-server-v9.9.9-linux-amd64.tar.gz';
      response.writeHead(known ? 200 : 404).end(known ? archive : '');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => void server.close());

  async function get(sum: string, platform = 'linux-x64'): Promise<string> {
    const work = await mkdtemp(join(await temporaryFolder(), 'work-'));
    const target = join(work, 'nats-server');
    const pinned = { version: '9.9.9', address, sha256: { 'linux-x64': { arch: 'amd64', sum } } };
    await fromRelease(target, work, pinned, platform);
    return readFile(target, 'utf8');
  }

  it('is used when its checksum is the pinned one, and refused otherwise', async () => {
    expect(await get(createHash('sha256').update(archive).digest('hex'))).toBe(program('9.9.9'));
    await expect(get('0'.repeat(64))).rejects.toThrow('the checksum of nats-server-v9.9.9-linux-amd64.tar.gz is');
  });

  it('is not requested when no checksum is known', async () => {
    await expect(get('', 'darwin-arm64')).rejects.toThrow('no checksum is known for darwin-arm64');
  });
});
