import { spawnSync } from 'node:child_process';
import { rmSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe } from '@jest/globals';

const run = (file: string, ...args: string[]) => spawnSync(file, args, { encoding: 'utf8' });

/** A file system of a few MiB in memory on a folder. Needs the right to mount. */
export class SmallDisk {
  private constructor(private readonly folder: string) {}

  /** Whether this process can mount at all. */
  static readonly isPossible = process.platform === 'linux' && process.getuid?.() === 0 && mayMount();

  static mount(folder: string, megabytes: number): SmallDisk {
    const { status, stderr } = run('mount', '-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', folder);
    if (status !== 0) throw new Error(`cannot mount on ${folder}: ${stderr}`);
    return new SmallDisk(folder);
  }

  /** Leaves no byte free. */
  fill(): void {
    const { bavail, bsize } = statfsSync(this.folder);
    for (let size = bavail * bsize; size >= 1; size = Math.floor(size / 2)) {
      try {
        writeFileSync(join(this.folder, 'ballast'), Buffer.alloc(size), { flag: 'a' });
      } catch {
        // This piece did not fit: try half of it.
      }
    }
  }

  free(): void {
    rmSync(join(this.folder, 'ballast'), { force: true });
  }

  unmount(): void {
    run('umount', '-l', this.folder);
  }
}

/** `describe`, if a small disk can be made; otherwise it prints what is skipped, and why. */
export function describeOnSmallDisk(title: string, specs: () => void): void {
  if (SmallDisk.isPossible) return describe(title, specs);
  process.stderr.write(`!!! LEFT OUT, it needs to be root and to mount: ${title}. Fix: run it as root.\n`);
  describe.skip(title, specs);
}

function mayMount(): boolean {
  return run('unshare', '-m', 'mount', '-t', 'tmpfs', 'tmpfs', '/mnt').status === 0;
}
