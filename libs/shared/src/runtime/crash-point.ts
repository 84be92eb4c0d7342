/**
 * Named points at which a test kills the process like `kill -9` (docs/faults.md, F6, F7). Only active under NODE_ENV=test, so that no
 * environment can make a production process die.
 */
const armed = process.env.NODE_ENV === 'test' ? process.env.ORRERY_CRASH_AT : undefined;

export function crashPoint(name: string): void {
  if (armed === name) process.kill(process.pid, 'SIGKILL');
}
