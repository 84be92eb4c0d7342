import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { mustRun } from '../../scripts/setup/run.mjs';
import { temporaryFolder } from '../support/servers.js';
import { ROOT } from '../support/system/build.js';
import { System } from '../support/system/system.js';

// A whole system, on a machine that can be busy.
jest.setTimeout(180_000);

/** The text in docs/api.md between fences of this kind. */
async function blocks(kind: string): Promise<string[]> {
  const page = await readFile(join(ROOT, 'docs/api.md'), 'utf8');
  return [...page.matchAll(new RegExp(`^\`\`\`${kind}\n([^]*?)^\`\`\`$`, 'gm'))].map(([, text]) => text ?? '');
}

describe('docs/api.md, against a real system', () => {
  let system: System;
  let folder: string;
  beforeAll(async () => {
    [system, folder] = await Promise.all([System.start({ hosts: ['web-1'] }), temporaryFolder('api-page')]);
  });
  afterAll(() => system?.close());

  it('shows curl calls that do what the page says, in its order', async () => {
    const home = join(folder, 'home');
    await mkdir(home);
    await symlink(system.api.home, join(home, '.orrery'));
    const shell = await blocks('sh');
    const script = shell
      .map((block) => `${block}echo ---\n`)
      .join('')
      .replace('http://127.0.0.1:7070', system.api.url);
    expect(script).toContain(system.api.url);
    // A shell without `pipefail`, as at a prompt: `head` can end a stream.
    const output = await mustRun(['bash', '-euc', script], { env: { PATH: process.env['PATH'], HOME: home } });
    const [, hosts, controller, network, , ended, role, refused, told, repeated, paged, ...more] =
      output.split('---\n');
    const [searched, troubled, drawn, counted, stream] = more;
    expect(hosts).toBe('');
    expect(controller).toBe('done\n');
    expect(network).toMatch(/start: '10\.\d+\.\d+\.1'/);
    expect(ended).toMatch(/^done\n\[ '10\.\d+\.\d+\.\d+\/24' \]\n$/);
    expect(role).toBe('admin\n');
    expect(JSON.parse(refused ?? '')).toMatchObject({ code: 'unknown-host', fix: expect.any(String) });
    expect(told).toMatch(/^web-1\/web is in lab with 10\.\d+\.\d+\.\d+\n$/);
    expect(repeated).toMatch(/^(cmd_\w+)\n\1\n$/);
    expect(paged).toBe('db\n');
    expect(searched).toBe('1\n');
    expect(troubled).toBe('0\n');
    expect(drawn).toBe('1\n');
    expect(counted).toBe('48\n');
    expect(stream).toMatch(/^data: \{"specversion":"1\.0".*"type":"io\.orrery\.command\.created"/m);
  });

  it('has a TypeScript client that compiles as printed and does the same', async () => {
    const [client = '', use = ''] = await blocks('ts');
    expect(client.split('\n').length).toBeLessThan(45);
    await Promise.all([
      writeFile(join(folder, 'client.mts'), `${client}\n${use}\nexport {};\n`),
      symlink(join(ROOT, 'node_modules'), join(folder, 'node_modules')),
    ]);
    const options = ['--strict', '--target', 'es2023', '--module', 'nodenext', '--types', 'node', '--skipLibCheck'];
    await mustRun(
      [
        process.execPath,
        join(ROOT, 'node_modules/typescript/bin/tsc'),
        ...options,
        '--outDir',
        folder,
        join(folder, 'client.mts'),
      ],
      { cwd: folder },
    );
    const env = { ORRERY_URL: system.api.url, ORRERY_TOKEN: await system.api.secret('admin.token') };
    const output = await mustRun([process.execPath, join(folder, 'client.mjs')], { env });
    expect(output).toMatch(/^(container \S+\n){3}launch done\nevent io\.orrery\.\S+\n$/);
  });
});
