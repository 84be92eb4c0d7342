import { rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from '../../support/eventually.js';

/** One for all processes of a run of the tests. */
const FILE = join(tmpdir(), `orrery-controller-name.${process.env['ORRERY_TEST_OWNER'] ?? process.ppid}`);

/**
 * A launched controller has a fixed container name, so only one system at a time can have one on the engine under test. Waits for
 * that, and returns how to give the name up again.
 */
export async function holdControllerName(): Promise<() => Promise<void>> {
  const take = () => writeFile(FILE, '', { flag: 'wx' }).then(() => true);
  await eventually(take, { within: 200_000, every: 200, what: 'the container name of a controller to be free' });
  return () => rm(FILE, { force: true });
}
