import { describe, expect, it } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { packagesOfTheAgent } from '../../scripts/bundle/packages.mjs';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** Every module of the agent is loaded before it reads its settings, which are wrong here. */
function start(leftOut: (path: string) => boolean) {
  const folder = mkdtempSync(join(tmpdir(), 'orrery-bundle-'));
  try {
    for (const { from, to } of packagesOfTheAgent(root, `${process.platform}-${process.arch}`)) {
      if (leftOut(to)) continue;
      mkdirSync(dirname(join(folder, to)), { recursive: true });
      cpSync(from, join(folder, to));
    }
    const env = { PATH: '', ORRERY_LOG_LEVEL: 'wrong' };
    return spawnSync(process.execPath, [join(folder, 'apps/agent/dist/program.js')], { env, encoding: 'utf8' });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

describe('the agent that other machines get', () => {
  it('has all that it needs to start', () => {
    const { stdout, stderr, status } = start(() => false);
    expect(stdout + stderr).toContain('ORRERY_LOG_LEVEL');
    expect(stdout + stderr).not.toContain('Cannot find');
    expect(status).not.toBe(0);
  }, 60_000);

  it('would not start without one of its files: the control', () => {
    const { stdout, stderr } = start((path) => path === 'node_modules/abstract-level/abstract-level.js');
    expect(stdout + stderr).toContain('Cannot find module');
  }, 60_000);
});
