import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { NodeId, type NodeAddress, explain } from '@orrery/shared/contracts';
import { ensurePrivateFolder } from '@orrery/shared/runtime';
import { StepError, type IdentityStore, type NodeSecrets } from '@orrery/shared/machine';
import { readIdentity, writeIdentity } from './identity-file.js';
import { WarmIdentities } from './warm-identities.js';

/** One file per node, `identities/<node>.json`, mode 0600: they survive `docker system prune -af --volumes`. */
export class FileIdentityStore implements IdentityStore {
  private constructor(
    private readonly folder: string,
    /** Undefined: the file of the node cannot be read. */
    private readonly nodes: Map<NodeId, NodeAddress | undefined>,
    /** The ports of nodes; no two are the same. */
    private readonly ports: Map<NodeId, number>,
    readonly warm: WarmIdentities,
  ) {}

  static async open(home: string): Promise<FileIdentityStore> {
    const folder = join(home, 'identities');
    await ensurePrivateFolder(folder);
    const names = (await readdir(folder)).flatMap((file) => NodeId.safeParse(file.replace(/\.json$/, '')).data ?? []);
    const kept = await Promise.all(names.map((node) => keptIn(join(folder, `${node}.json`))));
    const nodes = new Map(names.map((node, at) => [node, kept[at]?.address]));
    const warm = await WarmIdentities.open(join(folder, 'warm'), new Set(nodes.values()));
    return new FileIdentityStore(folder, nodes, portsOf(names, kept), warm);
  }

  has(node: NodeId): boolean {
    return this.nodes.has(node);
  }

  isFree(address: NodeAddress): boolean {
    return this.warm.has(address);
  }

  async get(node: NodeId): Promise<NodeSecrets | undefined> {
    return this.nodes.has(node) ? readIdentity(this.#fileOf(node)) : undefined;
  }

  async put(node: NodeId, secrets: NodeSecrets): Promise<void> {
    await writeIdentity(this.#fileOf(node), secrets);
    this.nodes.set(node, secrets.address);
  }

  async port(node: NodeId, choose: (taken: ReadonlySet<number>) => number | undefined): Promise<number | undefined> {
    const held = this.ports.get(node);
    const secrets = await this.get(node);
    if (held !== undefined || !secrets) return held;
    const port = choose(new Set(this.ports.values()));
    if (port === undefined) return undefined;
    // Recorded first, because two lanes may choose at the same time.
    this.ports.set(node, port);
    try {
      await writeIdentity(this.#fileOf(node), { ...secrets, udpPort: port });
    } catch (error) {
      this.ports.delete(node);
      throw error;
    }
    return port;
  }

  async bind(address: NodeAddress, node: NodeId): Promise<boolean> {
    if (this.nodes.get(node) === address) return true;
    const [holder] = [...this.nodes].find(([, held]) => held === address) ?? [];
    if (holder) throw refused(`the identity ${address} already belongs to the node ${holder}`);
    if (this.nodes.has(node)) throw refused(`the node ${node} already has an identity other than ${address}`);
    // Recorded first, because two lanes may ask for one identity at the same time.
    this.nodes.set(node, address);
    let isMoved = false;
    try {
      isMoved = await this.warm.move(address, this.#fileOf(node));
    } finally {
      if (!isMoved) this.nodes.delete(node);
    }
    return isMoved;
  }

  async forget(node: NodeId, madeAhead?: NodeAddress): Promise<void> {
    if (madeAhead !== undefined) await this.warm.drop(madeAhead);
    await rm(this.#fileOf(node), { force: true });
    this.nodes.delete(node);
    this.ports.delete(node);
  }

  #fileOf(node: NodeId): string {
    return join(this.folder, `${node}.json`);
  }
}

const keptIn = (path: string): Promise<NodeSecrets | undefined> => readIdentity(path).catch(() => undefined);

/** A folder merged from two may contain a port twice. The second node gets another one when it is next recreated. */
function portsOf(nodes: readonly NodeId[], kept: readonly (NodeSecrets | undefined)[]): Map<NodeId, number> {
  const owners = new Map<number, NodeId>();
  nodes.forEach((node, at) => {
    const port = kept[at]?.udpPort;
    if (port !== undefined && !owners.has(port)) owners.set(port, node);
  });
  return new Map([...owners].map(([port, node]) => [node, port]));
}

const refused = (cause: string): StepError =>
  new StepError(explain('identity-lost', { cause: `${cause}: two nodes cannot share one` }));
