import { describe, expect, it } from '@jest/globals';
import { execFile, execFileSync, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { chmod, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { temporaryFolder } from '../../../../test/support/servers.js';
import { BUNDLE_FOLDER } from './agent-bundle.js';
import { installScript, shellWord } from './install-script.js';

const template = readFileSync(`${BUNDLE_FOLDER}install.sh`, 'utf8');
const facts = {
  url: 'https://orrery.lan:7070',
  pin: 'A'.repeat(43) + '=',
  authority: '-----BEGIN CERTIFICATE-----\nMII\n-----END CERTIFICATE-----\n',
  platforms: ['linux-x64', 'linux-arm64'],
};
const script = installScript(template, facts);

describe('the installer', () => {
  it('contains everything it must know, with no placeholder left', () => {
    for (const value of [facts.url, facts.pin, 'linux-x64 linux-arm64']) expect(script).toContain(`='${value}'`);
    expect(script).toContain("='-----BEGIN CERTIFICATE-----\nMII\n-----END CERTIFICATE-----'");
    expect(script).not.toMatch(/@[A-Z0-9]+@/);
    expect(template).toMatch(/@[A-Z0-9]+@/);
  });

  it('is plain sh', () => {
    expect(spawnSync('/bin/sh', ['-n'], { input: script }).status).toBe(0);
    expect(spawnSync('/bin/sh', ['-n'], { input: `${script}\nif` }).status).not.toBe(0);
  });

  const run = (input: string, args: string[] = [], env: Record<string, string> = { PATH: '' }) => {
    const { status, stdout, stderr } = spawnSync('/bin/sh', ['-s', '--', ...args], { input, encoding: 'utf8', env });
    return { status, stdout, stderr };
  };
  const TOKEN = 'orrery_token=orj1.x\n';

  it('does nothing when the download was cut short at any point', () => {
    for (let end = 100; end < script.trimEnd().length; end += 211) {
      const ran = run(TOKEN + script.slice(0, end));
      // Neither its own messages nor a missing tool: it did not begin.
      expect(ran.stdout).toBe('');
      expect(ran.stderr).not.toMatch(/orrery:|not found/);
    }
    expect(run(TOKEN + script).stderr).toMatch(/orrery:|not found/);
  });

  it('refuses a token on the command line, says why and what to do, and does nothing', () => {
    const { status, stderr } = run(script, ['orj1.x']);
    expect([status, stderr]).toEqual([1, expect.stringContaining('can be read by every user of this machine')]);
    expect(stderr).toContain('--token-file');
    expect(run(TOKEN + script).stderr).not.toContain('every user');
  });

  describe('reads a token file', () => {
    const read = async (mode: number) => {
      const file = join(await temporaryFolder('token'), 'join.token');
      await writeFile(file, 'orj1.x\n');
      await chmod(file, mode);
      return run(script, ['--token-file', file], { PATH: '/usr/bin:/bin', ORRERY_AGENT_HOME: '/dev/null/none' }).stderr;
    };

    it('of mode 0600, and none that others can read or change', async () => {
      for (const mode of [0o640, 0o604, 0o620]) expect(await read(mode)).toContain('Fix: chmod 600');
      for (const mode of [0o600, 0o400]) expect(await read(mode)).not.toMatch(/chmod|cannot be read/);
      expect(run(script, ['--token-file', '/nowhere'], { PATH: '/usr/bin:/bin' }).stderr).toContain('cannot be read');
    });
  });

  it('waits for its turn while the API is busy and says so, but gives up on any other failure', async () => {
    const answers = [503, 503, 503, 503, 503, 200, 404];
    const server = createServer((_request, response) => {
      response.writeHead(answers.shift() ?? 500, { 'retry-after': '1' }).end('the agent');
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    const file = join(await temporaryFolder('fetch'), 'bundle');
    const functions = /^fetch\(\) \{[^]*?^fetch_in_turn\(\) \{[^]*?^\}/m.exec(template)?.[0] ?? '';
    const fetchIt = () => promisify(execFile)('/bin/sh', ['-c', `pin=''\n${functions}\nfetch_in_turn ${url} ${file}`]);
    try {
      expect((await fetchIt()).stderr).toBe('The API is busy with other downloads (503). Waiting for a turn...\n');
      expect(readFileSync(file, 'utf8')).toBe('the agent');
      await expect(fetchIt()).rejects.toMatchObject({ stderr: expect.stringContaining('404') as unknown });
      expect(answers).toEqual([]);
    } finally {
      server.close();
    }
  }, 30_000);

  it('treats any text as text', () => {
    for (const text of ["it's", '$(touch /nowhere/x)', '`id`', 'a\nb', '"', "';id;'"])
      expect(execFileSync('/bin/sh', ['-c', `printf %s ${shellWord(text)}`], { encoding: 'utf8' })).toBe(text);
  });
});
