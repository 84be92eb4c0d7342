import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { nodeFor, PLATFORMS } from '../../scripts/bundle/foreign-node.mjs';
import { packagesOfTheAgent } from '../../scripts/bundle/packages.mjs';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

describe('the agent bundle for other machines', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'orrery-bundle-'));
    for (const { from, to } of packagesOfTheAgent(root, `${process.platform}-${process.arch}`)) {
      mkdirSync(dirname(join(folder, to)), { recursive: true });
      cpSync(from, join(folder, to));
    }
  }, 60_000);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  /** The agent loads all its modules before it reads its settings, which are wrong here. */
  const start = (env: Record<string, string> = { PATH: '', ORRERY_LOG_LEVEL: 'wrong' }) => {
    return spawnSync(process.execPath, [join(folder, 'apps/agent/dist/program.js')], { env, encoding: 'utf8' });
  };

  it('has everything it needs to start', () => {
    const { stdout, stderr, status } = start();
    expect(stdout + stderr).toContain('ORRERY_LOG_LEVEL');
    expect(stdout + stderr).not.toContain('Cannot find');
    expect(status).not.toBe(0);
  }, 60_000);

  it('would not start without one of its files: the control', () => {
    const file = join(folder, 'node_modules/abstract-level/abstract-level.js');
    renameSync(file, `${file}.away`);
    const { stdout, stderr } = start();
    renameSync(`${file}.away`, file);
    expect(stdout + stderr).toContain('Cannot find module');
  }, 60_000);

  it('has no simulator, so the agent refuses to simulate before it joins', () => {
    const env = {
      PATH: '',
      ORRERY_AGENT_HOME: join(folder, 'home'),
      ORRERY_SIMULATE: 'true',
      ORRERY_URL: 'http://127.0.0.1:1',
    };
    const { stdout, status } = start(env);
    expect(JSON.parse(stdout)).toMatchObject({
      code: 'simulator-missing',
      cause: expect.stringContaining('ORRERY_SIMULATE'),
      fix: expect.stringContaining('Unset ORRERY_SIMULATE'),
    });
    expect(status).toBe(1);
  }, 60_000);

  it('simulates when the simulator is beside it: the control', () => {
    const beside = join(folder, 'apps/agent/dist/simulator.cjs');
    cpSync(join(root, 'apps/agent/dist/simulator.cjs'), beside);
    // Its home is a file, and only the simulator fails on that.
    const { stdout } = start({ PATH: '', ORRERY_AGENT_HOME: beside, ORRERY_SIMULATE: 'true' });
    rmSync(beside);
    expect((JSON.parse(stdout) as { cause: string }).cause).toContain(beside);
  }, 60_000);
});

/** e_machine in the header of an ELF file. */
const MACHINES: Record<string, number> = { 'linux-x64': 0x3e, 'linux-arm64': 0xb7 };
const machineOf = (file: string) => {
  const header = readFileSync(file).subarray(0, 20);
  return header.toString('latin1', 1, 4) === 'ELF' ? header.readUInt16LE(18) : undefined;
};

describe('the agent for machines of another platform', () => {
  it.each(PLATFORMS)('has compiled code for %s and for no other', (platform) => {
    const compiled = packagesOfTheAgent(root, platform)
      .map(({ from }) => from)
      .filter((file) => /\.(node|so)$/.test(file));
    expect(compiled.length).toBeGreaterThan(0);
    expect(compiled.map(machineOf)).toEqual(compiled.map(() => MACHINES[platform]));
  });

  it('comes with a Node for it, which npm fetches once', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'orrery-node-'));
    const other = PLATFORMS.find((platform) => platform !== `${process.platform}-${process.arch}`) ?? '';
    try {
      const node = await nodeFor(other, folder);
      expect(machineOf(node)).toBe(MACHINES[other]);
      expect(machineOf(process.execPath)).not.toBe(MACHINES[other]);
      process.env['npm_config_offline'] = 'true';
      expect(await nodeFor(other, folder)).toBe(node);
    } finally {
      delete process.env['npm_config_offline'];
      rmSync(folder, { recursive: true, force: true });
    }
  }, 200_000);
});
