import { describe, expect, it } from '@jest/globals';
import { execFile, execFileSync, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { BUNDLE_FOLDER } from './agent-bundle.js';
import { installScript, shellWord } from './install-script.js';

const template = readFileSync(`${BUNDLE_FOLDER}install.sh`, 'utf8');
const facts = {
  url: 'https://orrery.lan:7070',
  pin: 'A'.repeat(43) + '=',
  authority: '-----BEGIN CERTIFICATE-----\nMII\n-----END CERTIFICATE-----\n',
  bundle: { sha256: 'f'.repeat(64), platform: 'linux-x64' },
};
const script = installScript(template, facts);

describe('the installer', () => {
  it('carries what it must know, and no place is left open', () => {
    for (const value of [facts.url, facts.pin, facts.bundle.sha256, facts.bundle.platform])
      expect(script).toContain(`='${value}'`);
    expect(script).toContain("='-----BEGIN CERTIFICATE-----\nMII\n-----END CERTIFICATE-----'");
    expect(script).not.toMatch(/@[A-Z0-9]+@/);
    expect(template).toMatch(/@[A-Z0-9]+@/);
  });

  it('is plain sh', () => {
    expect(spawnSync('/bin/sh', ['-n'], { input: script }).status).toBe(0);
    expect(spawnSync('/bin/sh', ['-n'], { input: `${script}\nif` }).status).not.toBe(0);
  });

  it('does nothing when the download was cut short, wherever that was', () => {
    for (let end = 100; end < script.trimEnd().length; end += 211) {
      const ran = spawnSync('/bin/sh', ['-s', '--', 'token'], {
        input: script.slice(0, end),
        encoding: 'utf8',
        env: { PATH: '' },
      });
      // Neither its own messages nor a tool that it misses: it did not begin.
      expect(ran.stdout).toBe('');
      expect(ran.stderr).not.toMatch(/orrery:|not found/);
    }
    const whole = spawnSync('/bin/sh', ['-s', '--', 'token'], { input: script, encoding: 'utf8', env: { PATH: '' } });
    expect(whole.stderr).toMatch(/orrery:|not found/);
  });

  it('waits for its turn while the API is busy, says so, and gives up what fails for another reason', async () => {
    const answers = [503, 503, 503, 503, 503, 200, 404];
    const server = createServer((_request, response) => {
      response.writeHead(answers.shift() ?? 500, { 'retry-after': '1' }).end('the agent');
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    const file = join(mkdtempSync(join(tmpdir(), 'orrery-fetch-')), 'bundle');
    const functions = /^fetch\(\) \{[^]*?^fetch_in_turn\(\) \{[^]*?^\}/m.exec(template)?.[0] ?? '';
    const fetchIt = () => promisify(execFile)('/bin/sh', ['-c', `pin=''\n${functions}\nfetch_in_turn ${url} ${file}`]);
    try {
      expect((await fetchIt()).stderr).toBe('The API is busy with other downloads (503). Waiting for a turn...\n');
      expect(readFileSync(file, 'utf8')).toBe('the agent');
      await expect(fetchIt()).rejects.toMatchObject({ stderr: expect.stringContaining('404') as unknown });
      expect(answers).toEqual([]);
    } finally {
      rmSync(dirname(file), { recursive: true });
      server.close();
    }
  }, 30_000);

  it('takes any text as a text', () => {
    for (const text of ["it's", '$(touch /nowhere/x)', '`id`', 'a\nb', '"', "';id;'"])
      expect(execFileSync('/bin/sh', ['-c', `printf %s ${shellWord(text)}`], { encoding: 'utf8' })).toBe(text);
  });
});
