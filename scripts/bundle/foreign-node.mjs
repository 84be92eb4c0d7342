// The Node for machines of another kind than this one: packages of npm, by the registry and proxy that npm is set up with here.
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const WITHIN_MS = 180_000;

/** The integrity that the registry publishes for each package, pinned: a registry that answers with something else is refused. */
const NODE = {
  version: '22.23.3',
  integrity: {
    'linux-x64': 'sha512-qHnz5tFsHoj/WM+uRENVjWONi5hVvmwrgq8A4V76KpuVNAc4+jwK8x4gwbobE9BtHNg/AKR2583eYorLF/c7ng==',
    'linux-arm64': 'sha512-l3DAHZreylo+p9QXDtsOrjG2JXJqVzYXnAGmIQNOUNARcMppTO2cmewVQP+36tjJnSE+dzpMNtgW+c3oiDvXtA==',
  },
};

/** Machines that get an agent from here, whatever this one is. */
export const PLATFORMS = Object.keys(NODE.integrity);

/**
 * Gives the path of a Node for this platform, kept in `folder` once it is there. Throws when the registry cannot be reached, or has
 * something else under that name.
 * @param {string} platform one of PLATFORMS
 * @param {string} folder
 */
export async function nodeFor(platform, folder) {
  const kept = join(folder, `node-${NODE.version}-${platform}`);
  if (existsSync(kept)) return kept;
  const work = mkdtempSync(join(folder, 'node-'));
  try {
    const wanted = `node-${platform}@${NODE.version}`;
    // Its scripts are not run: they are for whoever installs it.
    const args = ['pack', wanted, '--json', '--ignore-scripts', '--pack-destination', work];
    const { stdout } = await run('npm', args, { cwd: work, timeout: WITHIN_MS });
    const [{ filename }] = JSON.parse(stdout);
    const archive = join(work, filename);
    const integrity = `sha512-${createHash('sha512').update(readFileSync(archive)).digest('base64')}`;
    if (integrity !== NODE.integrity[platform])
      throw new Error(`the registry has another ${wanted}: ${integrity}, not ${NODE.integrity[platform]}`);
    await run('tar', ['-xzf', archive, '-C', work, 'package/bin/node'], { timeout: WITHIN_MS });
    renameSync(join(work, 'package/bin/node'), kept);
    return kept;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}
