import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { access, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { isIP, isIPv6 } from 'node:net';
import { join } from 'node:path';
import { NodeAddress, type PublicIdentity } from '@orrery/shared/contracts';
import { z } from 'zod';

/** Where a root can be reached, as it states in its door. */
const RootFile = z.object({
  address: NodeAddress,
  endpoints: z
    .array(z.string().max(64))
    .max(8)
    .transform((texts) => texts.flatMap((text) => readEndpoint(text) ?? [])),
  /** Seconds since 1970. */
  started: z.number(),
});
export type RootFile = z.infer<typeof RootFile>;

interface Endpoint {
  ip: string;
  port: number;
}

/**
 * The folder that an `orrery-zt root` shares with the API (docs/orrery-zt.md): the API writes `offered/<address>` and
 * the root reads it; the root writes `known/<address>` and `root.json`. Nothing else of the root can be reached through
 * it.
 */
export class RootDoor {
  readonly #sockets = new Map<'udp4' | 'udp6', Promise<Socket>>();

  constructor(readonly folder: string) {}

  /** Undefined if the root has not opened it yet. */
  async root(): Promise<RootFile | undefined> {
    try {
      return RootFile.parse(JSON.parse(await readFile(join(this.folder, 'root.json'), 'utf8')));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    }
  }

  /** The addresses offered now. */
  async offered(): Promise<NodeAddress[]> {
    const names = await readdir(join(this.folder, 'offered'));
    return names.flatMap((name) => NodeAddress.safeParse(name).data ?? []);
  }

  async offer(identity: PublicIdentity): Promise<void> {
    const address = identity.slice(0, 10);
    const draft = join(this.folder, 'offered', `.${address}.new`);
    await writeFile(draft, identity, { mode: 0o644 });
    await rename(draft, this.#offer(address));
  }

  withdraw(address: NodeAddress): Promise<void> {
    return rm(this.#offer(address), { force: true });
  }

  /** Whether the root has accepted the identity. */
  knows(address: NodeAddress): Promise<boolean> {
    return access(join(this.folder, 'known', address)).then(
      () => true,
      () => false,
    );
  }

  /**
   * Makes the root look for these nodes, so that it reads their identities before their first packets arrive. The 13
   * bytes of a LAN beacon do that and nothing else (docs/zerotier-facts.md#strangers). Whether they arrived is unknown.
   */
  async mention(endpoints: readonly Endpoint[], addresses: readonly NodeAddress[]): Promise<void> {
    for (const { ip, port } of endpoints) {
      const socket = await this.#socket(isIPv6(ip) ? 'udp6' : 'udp4');
      for (const address of addresses) socket.send(beacon(address), port, ip);
    }
  }

  async close(): Promise<void> {
    for (const opening of this.#sockets.values())
      await opening.then(
        (socket) => socket.close(),
        () => undefined,
      );
    this.#sockets.clear();
  }

  #socket(family: 'udp4' | 'udp6'): Promise<Socket> {
    const socket = this.#sockets.get(family) ?? opened(family);
    this.#sockets.set(family, socket);
    // One that could not be opened is tried again.
    socket.catch(() => this.#sockets.delete(family));
    return socket;
  }

  #offer(address: NodeAddress): string {
    return join(this.folder, 'offered', address);
  }
}

/** Eight ignored bytes, then the address. */
const beacon = (address: NodeAddress): Buffer => Buffer.from(address.padStart(26, '0'), 'hex');

async function opened(family: 'udp4' | 'udp6'): Promise<Socket> {
  const socket = createSocket(family);
  // An unreachable endpoint is the root's problem, and shows there.
  socket.on('error', () => undefined);
  socket.bind();
  await once(socket, 'listening');
  return socket.unref();
}

function readEndpoint(text: string): Endpoint | undefined {
  const [, ip = '', port = ''] = /^(.+)\/(\d{1,5})$/.exec(text) ?? [];
  return isIP(ip) && Number(port) > 0 && Number(port) <= 65_535 ? { ip, port: Number(port) } : undefined;
}
