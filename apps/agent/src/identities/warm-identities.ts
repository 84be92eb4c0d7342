import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { NodeAddress, type PublicIdentity } from '@orrery/shared/contracts';
import { crashPoint, ensurePrivateFolder, moveFileDurably } from '@orrery/shared/runtime';
import type { NodeSecrets } from '@orrery/shared/machine';
import { readIdentity, writeIdentity } from './identity-file.js';

/**
 * Pre-generated identities that belong to no node yet: `identities/warm/<address>.json`. The file is moved to the node that gets
 * the identity, and never moves back.
 */
export class WarmIdentities {
  readonly #listeners: (() => void)[] = [];

  private constructor(
    private readonly folder: string,
    /** With the public half of each. */
    private readonly identities: Map<NodeAddress, PublicIdentity>,
  ) {}

  /** `bound`: identities that nodes have. They are not free, even if a partly restored folder holds them here as well. */
  static async open(folder: string, bound: ReadonlySet<NodeAddress | undefined>): Promise<WarmIdentities> {
    await ensurePrivateFolder(folder);
    const names = await readdir(folder);
    // Left behind by an agent that was killed while writing.
    for (const name of names.filter((one) => one.endsWith('.tmp'))) await rm(join(folder, name), { force: true });
    const addresses = names.flatMap((name) => NodeAddress.safeParse(/^(.+)\.json$/.exec(name)?.[1]).data ?? []);
    const found = await Promise.all(addresses.map((address) => publicIn(join(folder, `${address}.json`), address)));
    const free = addresses.flatMap((address, at): [NodeAddress, PublicIdentity][] => {
      const identity = found[at];
      return identity === undefined || bound.has(address) ? [] : [[address, identity]];
    });
    return new WarmIdentities(folder, new Map(free));
  }

  get free(): NodeAddress[] {
    return [...this.identities.keys()];
  }

  /** The public halves of those that are free. */
  get public(): PublicIdentity[] {
    return [...this.identities.values()];
  }

  has(address: NodeAddress): boolean {
    return this.identities.has(address);
  }

  onChange(listener: () => void): void {
    this.#listeners.push(listener);
  }

  /** Durable when it resolves. */
  async put(secrets: NodeSecrets): Promise<void> {
    crashPoint('warm.before-write');
    await writeIdentity(this.#fileOf(secrets.address), secrets);
    crashPoint('warm.after-write');
    this.identities.set(secrets.address, secrets.identityPublic);
    this.#changed();
  }

  /** Moves the file to a node's place; false when there is none. The identity stops being free as soon as this is called. */
  async move(address: NodeAddress, to: string): Promise<boolean> {
    const identity = this.identities.get(address);
    if (identity === undefined) return false;
    this.identities.delete(address);
    try {
      crashPoint('warm.before-move');
      await moveFileDurably(this.#fileOf(address), to);
      crashPoint('warm.after-move');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
      this.identities.set(address, identity);
      throw error;
    } finally {
      this.#changed();
    }
    return true;
  }

  /** Deletes it permanently. */
  async drop(address: NodeAddress): Promise<void> {
    if (!this.identities.delete(address)) return;
    await rm(this.#fileOf(address), { force: true });
    this.#changed();
  }

  #changed(): void {
    for (const listener of this.#listeners) listener();
  }

  #fileOf(address: NodeAddress): string {
    return join(this.folder, `${address}.json`);
  }
}

/** Undefined: the file is not whole. */
const publicIn = (path: string, address: NodeAddress): Promise<PublicIdentity | undefined> =>
  readIdentity(path).then(
    (read) => (read.address === address ? read.identityPublic : undefined),
    () => undefined,
  );
