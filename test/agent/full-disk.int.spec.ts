import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { temporaryFolder } from '../support/servers.js';
import { buildOnce } from '../support/system/build.js';

const SCRIPT = fileURLToPath(new URL('../support/agent/full-disk.mjs', import.meta.url));
const MAY_MOUNT = spawnSync('unshare', ['-rm', 'mount', '-t', 'tmpfs', 'tmpfs', '/mnt']).status === 0;

/** docs/faults.md, F25. Needs the right to mount a small file system in a namespace of its own. */
(MAY_MOUNT ? describe : describe.skip)('a journal on a full disk', () => {
  beforeAll(buildOnce, 180_000);

  it('refuses with a code, loses nothing that it accepted, and continues when there is room', async () => {
    const folder = await temporaryFolder('full');
    const mounted = `mount -t tmpfs -o size=3m tmpfs "$0" && exec "$1" "$2" "$0"`;
    const { stdout, stderr } = spawnSync('unshare', ['-rm', 'sh', '-c', mounted, folder, process.execPath, SCRIPT], {
      encoding: 'utf8',
    });
    expect(stderr).toBe('');
    const result = JSON.parse(stdout) as {
      refusal: string;
      written: number;
      kept: number;
      last: number[];
      head: number;
    };
    expect(result).toMatchObject({ refusal: 'journal-unavailable', refusedAgain: 'journal-unavailable', damage: [] });
    expect(result.written).toBeGreaterThan(100);
    // A refused record may or may not be on the disk; accepted ones are, in order, and so are later ones.
    expect(result.kept).toBe(result.head);
    expect(result.head).toBeGreaterThanOrEqual(result.written + 1);
    expect(result.last).toEqual([result.head, result.written + 1]);
  }, 60_000);
});
