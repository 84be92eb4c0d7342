import { readdirSync, readFileSync, statSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { cutLog } from '../../scripts/servers/log-file.mjs';
import { identify, isSame, spawnInOwnSession, stopProcess } from '../../scripts/servers/process.mjs';
import { Keeper } from '../../scripts/start/keeper.mjs';
import { eventually } from '../support/eventually.js';

describe('The log of a server that npm start runs', () => {
  let folder: string;
  let file: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'orrery-logs-'));
    file = join(folder, 'server.log');
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));
  const size = (name: string) => statSync(join(folder, name)).size;

  it('is cut when it is too large, with two older ones beside it', async () => {
    for (const text of ['first', 'second', 'third', 'fourth']) {
      await writeFile(file, text);
      cutLog(file, 4);
    }
    expect(readdirSync(folder).sort()).toEqual(['server.log', 'server.log.1', 'server.log.2']);
    expect(
      ['server.log', 'server.log.1', 'server.log.2'].map((name) => readFileSync(join(folder, name), 'utf8')),
    ).toEqual(['', 'fourth', 'third']);
    await writeFile(file, 'tiny');
    cutLog(file, 4);
    expect([readFileSync(file, 'utf8'), size('server.log.1')]).toEqual(['tiny', 6]);
  });

  it('stays small while the server runs and writes, and the server continues at the start of the file', async () => {
    const writes = `const line = 'x'.repeat(1023) + '\\n'; setInterval(() => process.stdout.write(line.repeat(500)), 10)`;
    const launch = () => {
      const { pid } = spawnInOwnSession([process.execPath, '-e', writes], { logFile: file }) as { pid: number };
      const identity = identify(pid);
      return Promise.resolve({
        pid,
        isAlive: () => isSame(identity),
        stop: () => stopProcess(identity, [['SIGKILL', 2000]]),
      });
    };
    const keeper = new Keeper({ name: 'writer', launch, say: () => undefined, log: file });
    await keeper.start();
    try {
      await eventually(() => readdirSync(folder).includes('server.log.2'), { within: 60_000 });
      const before = size('server.log');
      await eventually(() => size('server.log') !== before, { within: 20_000 });
    } finally {
      await keeper.stop(1000);
    }
    // No hole at its beginning, where it was cut.
    expect(readFileSync(file).subarray(0, 1024).includes(0)).toBe(false);
    expect(readdirSync(folder)).toHaveLength(3);
    for (const name of readdirSync(folder)) expect(size(name)).toBeLessThan(100 * 1024 * 1024);
  }, 90_000);
});
