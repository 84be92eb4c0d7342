// One of our own programs (API, agent) as a process in a session of its own.
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { cutLog, lastLines } from '../servers/log-file.mjs';
import { becomesTrue, identify, isSame, spawnInOwnSession, stopProcess } from '../servers/process.mjs';
import { ask } from './ask.mjs';
import { forget, remember } from './running.mjs';

/**
 * @param {{ name: string, path: string, env: NodeJS.ProcessEnv, logFile: string, run: string, cwd: string }} program
 * @returns {Promise<import('./keeper.mjs').Running>}
 */
export async function launchProgram({ name, path, env, logFile, run, cwd }) {
  mkdirSync(dirname(logFile), { recursive: true, mode: 0o700 });
  cutLog(logFile);
  const child = spawnInOwnSession([process.execPath, path], {
    logFile,
    env: { ...env, ORRERY_LOG_FILE: logFile },
    cwd,
  });
  const identity = identify(child.pid);
  if (!identity) throw new Error(`${name} could not be started:\n${lastLines(logFile, 5)}`);
  remember(run, name, identity);
  return {
    pid: identity.pid,
    isAlive: () => isSame(identity),
    async stop(within = 1000) {
      await stopProcess(identity, [
        ['SIGTERM', within],
        ['SIGKILL', 1000],
      ]);
      forget(run, name);
    },
  };
}

/**
 * Waits until `url` answers 200.
 * @param {string} url
 * @param {{ within: number, isAlive: () => boolean, logFile: string, name: string, ca?: () => string | undefined }} program
 */
export async function untilReady(url, { within, isAlive, logFile, name, ca }) {
  let last = 'it does not respond';
  const answers = async () => {
    try {
      const answer = await ask(url, { ca: ca?.() });
      if (!answer.ok) last = `${answer.status} ${answer.text.slice(0, 500)}`;
      return answer.ok;
    } catch {
      return false;
    }
  };
  const ready = await becomesTrue(async () => (await answers()) || !isAlive(), within, 50);
  if (!isAlive()) throw new Error(`${name} exited while starting:\n${lastLines(logFile, 10)}`);
  if (!ready) throw new Error(`${name} is not ready after ${within / 1000} s: ${last}\nLog: ${logFile}`);
}

/** The environment of a program: ours, without npm's variables, the user's token, and what is meant for other programs. */
export function environment(overrides, without = []) {
  const left = ['ORRERY_TOKEN', ...without];
  const own = Object.entries(process.env).filter(([key]) => !key.startsWith('npm_') && !left.includes(key));
  return { ...Object.fromEntries(own), ...overrides };
}
