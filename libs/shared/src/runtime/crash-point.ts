/**
 * Named points at which a test kills the process as `kill -9` would (docs/faults.md, F6, F7). Armed only under NODE_ENV=test, so that
 * no production process can be made to die by its environment.
 */
const armed = process.env.NODE_ENV === 'test' ? process.env.ORRERY_CRASH_AT : undefined;

export function crashPoint(name: string): void {
  if (armed === name) process.kill(process.pid, 'SIGKILL');
}
