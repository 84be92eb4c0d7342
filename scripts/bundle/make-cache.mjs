// Creates the V8 cache of a program by running it for a moment. Functions that a start does not call are not in the cache. It saves a third to
// half of a start: `orrery hosts` 61 ms, the agent 135, the API 328 (2026-11-29, scripts/programs.mjs has the whole measurement).
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const RUN = fileURLToPath(new URL('run-for-cache.mjs', import.meta.url));
const WITHIN_MS = 60_000;

/** The API runs until it listens; the others print an error about their settings and end. */
const LIVES = {
  api: {
    until: '"api.listening"',
    env: {
      ORRERY_PORT: '0',
      DATABASE_URL: 'postgres://nobody@127.0.0.1:1/nothing',
      NATS_URL: 'nats://127.0.0.1:1',
    },
  },
};

/**
 * Writes `program.cache` beside `program.cjs`.
 * @param {string} app
 * @param {string} folder its dist
 */
export async function makeCache(app, folder) {
  const { until, env } = LIVES[app] ?? { until: undefined, env: { ORRERY_LOG_LEVEL: 'wrong' } };
  const home = mkdtempSync(join(tmpdir(), 'orrery-build-'));
  try {
    const child = spawn(process.execPath, [RUN, folder, '--help'], {
      env: { PATH: '', ORRERY_HOME: home, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: WITHIN_MS,
      killSignal: 'SIGKILL',
    });
    let said = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk) => {
        const isNews = until && !said.includes(until);
        said += chunk;
        if (isNews && said.includes(until)) child.kill('SIGTERM');
      });
    const [code] = await once(child, 'close');
    if (code !== 0 && !said.includes('ORRERY_LOG_LEVEL'))
      throw new Error(`the run that fills the cache ended early: ${said}`);
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}
