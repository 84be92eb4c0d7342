import { readdirSync, readFileSync } from 'node:fs';
import { eventually } from './eventually.js';

/**
 * Resolves when SIGSTOP has reached every thread of the process. kill(2) returns before that: on a busy machine the
 * other threads of a server may still answer for some milliseconds.
 */
export async function stopped(pid: number | undefined): Promise<void> {
  await eventually(() => threadStates(pid).every((state) => state === 'T'), { what: `${pid} stopped` });
}

function threadStates(pid: number | undefined): string[] {
  return readdirSync(`/proc/${pid}/task`).flatMap((thread) => {
    try {
      // The name of the program stands in brackets and may hold anything; its state comes after the last one.
      const [, state] = /.*\) (\S)/s.exec(readFileSync(`/proc/${pid}/task/${thread}/stat`, 'utf8')) ?? [];
      return state === undefined ? [] : [state];
    } catch {
      return []; // a thread that ended in between
    }
  });
}
