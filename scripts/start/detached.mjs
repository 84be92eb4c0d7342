// `npm start -- --detach`: runs the same start in its own session, and follows it until it is ready.
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { becomesTrue, identify, isSame, spawnInOwnSession } from '../servers/process.mjs';
import { whoRuns } from './running.mjs';

const READY_WITHIN_MS = 120_000;

/** @param {import('./stack.mjs').Settings} settings */
export async function startDetached({ logs, run }) {
  mkdirSync(logs, { recursive: true, mode: 0o700 });
  const logFile = join(logs, 'start.log');
  rmSync(logFile, { force: true });
  const start = fileURLToPath(new URL('../start.mjs', import.meta.url));
  const child = spawnInOwnSession([process.execPath, start, ...process.argv.slice(2)], {
    logFile,
    env: { ...process.env, ORRERY_DETACHED: '1' },
  });
  const identity = identify(child.pid);
  let shown = 0;
  const show = () => {
    const text = readFileSync(logFile, 'utf8');
    process.stdout.write(text.slice(shown));
    shown = text.length;
  };
  const isReady = () => whoRuns(run)?.ready === true;
  const ready = await becomesTrue(() => (show(), isReady() || !isSame(identity)), READY_WITHIN_MS, 50);
  show();
  if (!isReady()) throw new Error(ready ? 'Orrery did not start.' : `Orrery is not ready yet. Log: ${logFile}`);
}
