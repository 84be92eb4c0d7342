import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError, ensurePrivateFolder } from '@orrery/shared/runtime';
import { NodeAddress, explain } from '@orrery/shared/contracts';

/** Limit of the kernel for the path of a socket: 107 bytes on Linux, 103 elsewhere. Node silently truncates a longer one. */
const SOCKET_PATH_BYTES = 103;

/**
 * Where the simulated hosts of one machine find each other, by file names:
 * `<address of a host's daemon>.sock` accepts letters for every daemon of that host while its agent is running;
 * `<address>.controller` names the host of a controller. It stays while the controller is unreachable, so that its networks are not
 * taken for implicit ones.
 */
export class WorldFolder {
  private constructor(private readonly path: string) {}

  static async open(path: string): Promise<WorldFolder> {
    const folder = new WorldFolder(path);
    const socket = folder.letterboxOf('0'.repeat(10));
    if (Buffer.byteLength(socket) > SOCKET_PATH_BYTES)
      throw unusable(
        `${socket} is too long for the path of a socket (${SOCKET_PATH_BYTES} bytes at most)`,
        'shorter path',
      );
    await ensurePrivateFolder(path);
    const { mode, uid } = await stat(path);
    if ((mode & 0o077) !== 0 || uid !== process.getuid?.())
      throw unusable(
        `users other than its owner can use ${path}, or it belongs to somebody else`,
        'folder of your own, mode 0700',
      );
    return folder;
  }

  letterboxOf(host: string): string {
    return join(this.path, `${host}.sock`);
  }

  /** The hosts that have a letterbox, reachable or not. */
  hosts(): string[] {
    return readdirSync(this.path).flatMap((name) => /^([0-9a-f]{10})\.sock$/.exec(name)?.[1] ?? []);
  }

  /** The host of this controller; undefined: no host has it. Read each time, because other processes write it. */
  hostOf(controller: string): string | undefined {
    try {
      return NodeAddress.safeParse(readFileSync(this.#controllerFile(controller), 'utf8')).data;
    } catch {
      return undefined;
    }
  }

  /** Written when it returns, so that anybody who learns of a network afterwards finds its controller. */
  noteController(controller: string, host: string): void {
    if (this.hostOf(controller) !== host) writeFileSync(this.#controllerFile(controller), host, { mode: 0o600 });
  }

  #controllerFile(controller: string): string {
    return join(this.path, `${controller}.controller`);
  }
}

const unusable = (why: string, needed: string): AppError =>
  new AppError({ kind: 'user', ...explain('settings-invalid/world', { why, needed }) });
