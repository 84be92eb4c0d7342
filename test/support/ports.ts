import { randomInt } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isPortFree } from '../../scripts/servers/ports.mjs';
import { runFolder } from './servers-run.js';

/** Below the range from which the kernel takes ports on its own, and below those of nodes (ORRERY_NODE_PORTS). */
const [FIRST, BEYOND] = [12_000, 25_000];

/**
 * A free loopback port that nobody else in this run is given. A port that the kernel chose would be free again until its
 * server starts, seconds later, and by then somebody else's: two APIs of one run met like that.
 */
export async function freePort(): Promise<number> {
  const taken = join(await runFolder(), 'ports');
  await mkdir(taken, { recursive: true });
  for (;;) {
    const port = randomInt(FIRST, BEYOND);
    const isMine = await writeFile(join(taken, String(port)), '', { flag: 'wx' }).then(
      () => true,
      (error: NodeJS.ErrnoException) => {
        if (error.code === 'EEXIST') return false;
        throw error;
      },
    );
    if (isMine && (await isPortFree(port))) return port;
  }
}
