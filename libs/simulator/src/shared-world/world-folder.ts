import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError, ensurePrivateFolder } from '@orrery/shared/runtime';
import { NodeAddress } from '@orrery/shared/contracts';

/** What the kernel takes as the path of a socket: 107 bytes on Linux, 103 on others. Node cuts a longer one off without a word. */
const SOCKET_PATH_BYTES = 103;

/**
 * Where the simulated hosts of one machine find each other, by the names of files:
 * `<address of a host's daemon>.sock` takes letters for every daemon of that host, while its agent runs;
 * `<address>.controller` says which host has this controller. It stays when the controller is away, as a network whose controller
 * is away is not one that nobody made.
 */
export class WorldFolder {
  private constructor(private readonly path: string) {}

  static async open(path: string): Promise<WorldFolder> {
    const folder = new WorldFolder(path);
    const socket = folder.letterboxOf('0'.repeat(10));
    if (Buffer.byteLength(socket) > SOCKET_PATH_BYTES)
      throw unusable(
        `${socket} is longer than the path of a socket may be (${SOCKET_PATH_BYTES} bytes)`,
        'shorter path',
      );
    await ensurePrivateFolder(path);
    const { mode, uid } = await stat(path);
    if ((mode & 0o077) !== 0 || uid !== process.getuid?.())
      throw unusable(
        `others than its owner may use ${path}, or it is somebody else's`,
        'folder of your own, mode 0700',
      );
    return folder;
  }

  letterboxOf(host: string): string {
    return join(this.path, `${host}.sock`);
  }

  /** Those that have a letterbox, whether they are there or away. */
  hosts(): string[] {
    return readdirSync(this.path).flatMap((name) => /^([0-9a-f]{10})\.sock$/.exec(name)?.[1] ?? []);
  }

  /** The host that has this controller; undefined: nobody's. Read each time: others write it. */
  hostOf(controller: string): string | undefined {
    try {
      return NodeAddress.safeParse(readFileSync(this.#controllerFile(controller), 'utf8')).data;
    } catch {
      return undefined;
    }
  }

  /** Done when it returns: who is told of a network afterwards finds its controller. */
  noteController(controller: string, host: string): void {
    if (this.hostOf(controller) !== host) writeFileSync(this.#controllerFile(controller), host, { mode: 0o600 });
  }

  #controllerFile(controller: string): string {
    return join(this.path, `${controller}.controller`);
  }
}

const unusable = (cause: string, needed: string): AppError =>
  new AppError({
    code: 'settings-invalid',
    kind: 'user',
    cause: `ORRERY_SIMULATED_WORLD: ${cause}`,
    fix: `Name a ${needed}; or leave the setting out, and each simulated host has a world to itself.`,
  });
