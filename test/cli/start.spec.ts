import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { HostPage, Version } from '@orrery/shared/contracts';
import type { OrreryCommand } from '../../apps/cli/src/program/orrery-command.js';
import { createProgram } from '../../apps/cli/src/program/program.js';
import type { Context } from '../../apps/cli/src/program/context.js';
import { json, StubApi } from './support/stub-api.js';

// Separate processes, on a machine that can be busy.
jest.setTimeout(180_000);

const LOADED = fileURLToPath(new URL('support/loaded-modules.mjs', import.meta.url));
const CONTRACTS = 'libs/shared/dist/contracts/';

describe('a start of the CLI', () => {
  let api: StubApi;
  beforeAll(async () => {
    api = await StubApi.start();
    api.on('GET /v1/version', () => json(Version, { name: 'orrery', version: '1', wire: 'orrery.v1', store: 's' }));
    api.on('GET /v1/hosts', () => json(HostPage, { items: [], next: null }));
  });
  afterAll(() => api.close());

  async function loadedFor(...words: string[]) {
    const { stdout } = await promisify(execFile)(process.execPath, [LOADED, ...words], {
      env: { PATH: process.env.PATH, ...api.env },
    });
    const said = JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as {
      loaded: string[];
      lazy: string[];
      usesFetch: boolean;
    };
    const contracts = (names: string[]) =>
      names.filter((name) => name.startsWith(CONTRACTS)).map((name) => name.slice(CONTRACTS.length));
    return { ...said, contracts: contracts(said.loaded), lazyContracts: contracts(said.lazy) };
  }

  it('loads one schema for orrery version, and not the HTTP client behind fetch', async () => {
    const { contracts, lazyContracts, usesFetch, loaded } = await loadedFor('version');
    expect(contracts).toEqual(['http/system.js']);
    expect(usesFetch).toBe(false);
    expect(loaded.filter((name) => /listr2|eventsource|completion|commands\.js$/.test(name))).toEqual([]);
    // The program itself loads none.
    expect(lazyContracts).toEqual(expect.arrayContaining(['http/hosts.js', 'http/system.js', 'problems.js']));
  });

  it('loads only what a command needs, and everything for the help', async () => {
    const hosts = await loadedFor('hosts');
    expect(hosts.contracts).toContain('http/hosts.js');
    expect(hosts.contracts).not.toContain('http/probes.js');
    expect(hosts.loaded.some((name) => name.endsWith('probe.command.js'))).toBe(false);
    expect((await loadedFor('--help')).loaded.some((name) => name.endsWith('probe.command.js'))).toBe(true);
  });

  it('has every command by its first word, the same as in the full list', async () => {
    const all = (await createProgram({} as Context)).commands as OrreryCommand[];
    expect(all.length).toBeGreaterThan(30);
    for (const command of all)
      for (const name of [command.name(), ...command.aliases()]) {
        const alone = (await createProgram({} as Context, name)).commands;
        expect(alone.map((one) => one.name())).toContain(command.name());
        if (!['completion', '__complete'].includes(name)) expect(alone.length).toBeLessThan(4);
      }
  });
});
