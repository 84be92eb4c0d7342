import { spawnSync } from 'node:child_process';
import { access, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runFolder, underLock } from '../servers-run.js';

export const ROOT = fileURLToPath(new URL('../../..', import.meta.url));

const BUILT_WITHIN_MS = 180_000;

/** Compiles API, agent and CLI, once in a test run (`npm test` already has): processes run the built code. */
export async function buildOnce(): Promise<void> {
  if (process.env['ORRERY_TEST_OWNER']) return;
  const folder = await runFolder();
  const mark = join(folder, 'built');
  const build = async () => {
    if (await exists(mark)) return;
    const built = spawnSync('npm', ['run', '--silent', 'build'], { cwd: ROOT, encoding: 'utf8' });
    if (built.status !== 0) throw new Error(`Orrery does not compile:\n${built.stdout}${built.stderr}`);
    await writeFile(mark, '');
  };
  await underLock(join(folder, 'build.lock'), build, BUILT_WITHIN_MS);
}

const exists = (path: string) =>
  access(path).then(
    () => true,
    () => false,
  );
