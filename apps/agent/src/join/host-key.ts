import { readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { newUserKey, publicKeyOf, type UserKey } from '@orrery/shared/bus';
import { explain } from '@orrery/shared/contracts';
import { AppError, describeError, writeFileDurably } from '@orrery/shared/runtime';

export const SEED_FILE = 'host.seed';
const NEXT = 'host.seed.next';

/** The key that identifies this host. It is made here and durable before anybody sees it; its seed never leaves the state folder. */
export class HostKeyFiles {
  constructor(private readonly home: string) {}

  async current(): Promise<UserKey> {
    const known = await this.#read(SEED_FILE);
    if (known) return known;
    // Interrupted while this machine became another host: the API already has this key.
    if (await this.next()) await this.promoteNext();
    return (await this.#read(SEED_FILE)) ?? (await this.#make(SEED_FILE));
  }

  has(): Promise<boolean> {
    return this.#read(SEED_FILE).then((key) => key !== undefined);
  }

  /** The key that will replace the current one, while it is unknown whether the API has received it. */
  next(): Promise<UserKey | undefined> {
    return this.#read(NEXT);
  }

  async makeNext(): Promise<UserKey> {
    return (await this.next()) ?? (await this.#make(NEXT));
  }

  promoteNext(): Promise<void> {
    return rename(join(this.home, NEXT), join(this.home, SEED_FILE));
  }

  dropNext(): Promise<void> {
    return rm(join(this.home, NEXT), { force: true });
  }

  async #make(name: string): Promise<UserKey> {
    const key = newUserKey();
    await writeFileDurably(join(this.home, name), key.seed);
    return key;
  }

  async #read(name: string): Promise<UserKey | undefined> {
    const file = join(this.home, name);
    try {
      const seed = (await readFile(file, 'utf8')).trim();
      return { seed, publicKey: publicKeyOf(seed) };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw new AppError({
        kind: 'operational',
        ...explain('host-key-damaged/file', { file, error: describeError(error) }),
        origin: error,
      });
    }
  }
}
