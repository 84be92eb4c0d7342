import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { NodeAddress, NodeId } from '@orrery/shared/contracts';
import { ensurePrivateFolder, Secret, writeFileDurably } from '@orrery/shared/runtime';
import { z } from 'zod';
import type { IdentityStore, NodeSecrets } from './identity-store.js';

const IdentityFile = z.object({
  address: NodeAddress,
  identityPublic: z.string(),
  identitySecret: z.string(),
  authToken: z.string(),
});

/** One file for each node, `identities/<node>.json`, mode 0600: what survives `docker system prune -af --volumes`. */
export class FileIdentityStore implements IdentityStore {
  readonly #nodes: Set<NodeId>;

  private constructor(
    private readonly folder: string,
    nodes: Set<NodeId>,
  ) {
    this.#nodes = nodes;
  }

  static async open(home: string): Promise<FileIdentityStore> {
    const folder = join(home, 'identities');
    await ensurePrivateFolder(folder);
    const names = (await readdir(folder)).map((file) => NodeId.safeParse(file.replace(/\.json$/, '')).data);
    return new FileIdentityStore(folder, new Set(names.filter((name) => name !== undefined)));
  }

  has(node: NodeId): boolean {
    return this.#nodes.has(node);
  }

  async get(node: NodeId): Promise<NodeSecrets | undefined> {
    if (!this.#nodes.has(node)) return undefined;
    const stored = IdentityFile.parse(JSON.parse(await readFile(this.#fileOf(node), 'utf8')));
    const { identitySecret, authToken, ...rest } = stored;
    return { ...rest, identitySecret: new Secret(identitySecret), authToken: new Secret(authToken) };
  }

  async put(node: NodeId, secrets: NodeSecrets): Promise<void> {
    const { address, identityPublic, identitySecret, authToken } = secrets;
    const content = { address, identityPublic, identitySecret: identitySecret.reveal(), authToken: authToken.reveal() };
    await writeFileDurably(this.#fileOf(node), JSON.stringify(content));
    this.#nodes.add(node);
  }

  async forget(node: NodeId): Promise<void> {
    await rm(this.#fileOf(node), { force: true });
    this.#nodes.delete(node);
  }

  #fileOf(node: NodeId): string {
    return join(this.folder, `${node}.json`);
  }
}
