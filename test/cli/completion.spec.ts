import { execFile } from 'node:child_process';
import { symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import {
  AdmissionPage,
  ContainerPage,
  ControllerPage,
  HostPage,
  NetworkPage,
  NodePage,
} from '@orrery/shared/contracts';
import { temporaryFolder } from '../support/servers.js';
import { cliProcess } from './support/cli-process.js';
import { runCli } from './support/fake-terminal.js';
import { json, StubApi } from './support/stub-api.js';
import { admission, container, controller, host, network, node } from './support/stub-data.js';

// Separate processes, on a machine that can be busy.
jest.setTimeout(60_000);

const run = promisify(execFile);
const BINARY = fileURLToPath(new URL('../../apps/cli/bin/orrery.mjs', import.meta.url));

describe('completion', () => {
  let api: StubApi;
  let folder: string;
  beforeEach(async () => {
    api = await StubApi.start();
    folder = await temporaryFolder('completion');
    await symlink(BINARY, join(folder, 'orrery'));
    await writeFile(join(folder, 'orrery.bash'), (await runCli('completion bash', {})).out);
  });
  afterEach(() => api.close());
  const hosts = (...names: string[]) =>
    api.on('GET /v1/hosts', () =>
      json(HostPage, { items: names.map((name, index) => host(name, {}, index + 1)), next: null }),
    );

  /** What a real bash offers when Tab is pressed at the end of these words. */
  async function bash(...words: string[]): Promise<string[]> {
    const script = `source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _orrery; printf '%s\\n' "\${COMPREPLY[@]}"`;
    const { stdout } = await run(
      'bash',
      ['--norc', '-c', script, 'bash', join(folder, 'orrery.bash'), 'orrery', ...words],
      {
        env: { ...api.env, PATH: `${folder}:${process.env.PATH}` },
      },
    );
    return stdout.split('\n').filter(Boolean);
  }

  it('offers commands and subcommands', async () => {
    expect(await bash('')).toEqual(expect.arrayContaining(['status', 'launch', 'host', 'hosts', 'completion']));
    expect(await bash('')).not.toContain('__complete');
    expect(await bash('ho')).toEqual(['host', 'hosts']);
    expect(await bash('container', '')).toEqual(['ls', 'get', 'set', 'restart', 'rm', 'logs']);
  });

  it('offers the flags of a command, and their values', async () => {
    expect(await bash('launch', 'demo', '--all')).toEqual([
      '--allow-managed',
      '--allow-global',
      '--allow-default',
      '--allow-dns',
    ]);
    expect(await bash('hosts', '-o', '')).toEqual(['table', 'wide', 'json', 'name']);
    expect(await bash('host', 'ls', '--presence', 'un')).toEqual(['unreachable', 'unknown']);
    expect(await bash('completion', '')).toEqual(['bash', 'zsh', 'fish']);
  });

  it('offers references from the API where they fit', async () => {
    hosts('web-1', 'web-2', 'db-1');
    api.on('GET /v1/networks', () =>
      json(NetworkPage, {
        items: [network()],
        next: null,
      }),
    );
    const items = [container('demo'), container('db', undefined, { workload: 'shop/db/1' })];
    api.on('GET /v1/containers', () => json(ContainerPage, { items, next: null }));
    expect(await bash('host', 'get', 'web')).toEqual(['web-1', 'web-2']);
    expect(await bash('launch', 'demo', '--wait', '=', '5m', '--host', 'db')).toEqual(['db-1']);
    expect(await bash('launch', 'demo', '--host', 'db-1', '--network', '')).toEqual(['lab']);
    expect(await bash('adopt', '--yes', '-o', 'json', 'web-1', '')).toEqual(['lab']);
    expect(await bash('rm', '')).toEqual(['web-1/demo', 'web-1/db']);
    expect(await bash('attach', 'web')).toEqual(['web-1', 'web-2']);
    expect(await bash('detach', '')).toEqual(['web-1/db']);
  });

  it('offers controllers, and waiting nodes beside known nodes for authorize', async () => {
    const items = [admission('3a7f1b22c0'), admission('4b8f2c33d1')];
    api.on('GET /v1/admissions', () => json(AdmissionPage, { items, next: null }));
    api.on('GET /v1/nodes', () => json(NodePage, { items: [node('web-1')], next: null }));
    api.on('GET /v1/controllers', () => json(ControllerPage, { items: [controller('lap-7')], next: null }));
    expect(await bash('membership', 'authorize', '')).toEqual(['3a7f1b22c0', '4b8f2c33d1', 'web-1']);
    expect(api.asked('GET /v1/admissions')[0]?.query.pending).toBe('true');
    expect(await bash('controller', 'rm', '')).toEqual(['lap-7']);
    expect(await bash('network', 'create', 'lab', '--controller', 'l')).toEqual(['lap-7']);
  });

  it('offers codes without an API, and nothing when the API is unreachable', async () => {
    await api.close();
    expect(await bash('explain', 'tun')).toEqual(['tun-denied', 'tun-missing']);
    expect(await bash('host', 'get', '')).toEqual([]);
  });

  it('never offers a name that a shell would run', async () => {
    const items = ['$(touch /tmp/x)', '`id`', 'a b', 'a;b', 'fine'].map((name) => network({ name }));
    api.on('GET /v1/networks', () => json(NetworkPage, { items, next: null }));
    expect((await cliProcess(['__complete', 'networks'], api.env)).out).toBe('fine\n');
  });

  it.each(['bash', 'zsh', 'fish'])('for %s knows every command', async (shell) => {
    const { out, code } = await runCli(`completion ${shell}`, {});
    expect(code).toBe(0);
    for (const word of ['membership', 'cancel', '--dry-run'.replace('--', ''), 'hosts']) expect(out).toContain(word);
  });

  it('rejects an unknown shell, and lists the known ones', async () => {
    const { code, err } = await runCli('completion tcsh', {});
    expect(code).toBe(2);
    expect(err).toContain('zsh');
  });
});
