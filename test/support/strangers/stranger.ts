import { readFile } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';

/** A client without a token that sends anything and reads nothing until it is told to. */
export class Stranger {
  closed = false;
  read = 0;
  readonly #socket: Socket;

  /** `from`: an address of 127.0.0.0/8, so that one machine can be many. */
  constructor(port: number, first: string, from = '127.0.0.1') {
    this.#socket = connect({ port, host: '127.0.0.1', localAddress: from });
    this.#socket.pause();
    this.#socket.on('error', () => (this.closed = true)).on('close', () => (this.closed = true));
    if (first) this.#socket.write(first);
  }

  write(text: string): void {
    if (!this.closed) this.#socket.write(text);
  }

  /** Reads up to this many of the received bytes; the rest stays in the kernel. */
  take(bytes: number): void {
    this.read += (this.#socket.read(Math.min(bytes, this.#socket.readableLength)) as Buffer | null)?.length ?? 0;
  }

  close(): void {
    this.#socket.destroy();
  }
}

/**
 * How many megabytes the kernel keeps for peers of this local port that do not read, including those whose connection
 * is closed on this side; `peer`: of one address. Linux only.
 */
export async function unreadMb(port: number, peer?: string): Promise<number> {
  const tables = await Promise.all(
    ['tcp', 'tcp6'].map((name) => readFile(`/proc/net/${name}`, 'utf8').catch(() => '')),
  );
  const rows = tables.flatMap((table) => table.split('\n').map((line) => line.trim().split(/\s+/)));
  const suffix = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  const address = peer && Buffer.from(peer.split('.').map(Number).reverse()).toString('hex').toUpperCase();
  const queues = rows
    .filter(([, local, remote]) => local?.endsWith(suffix) && (!address || remote?.includes(`${address}:`)))
    .map(([, , , , queue]) => parseInt(queue?.split(':')[0] ?? '0', 16));
  return queues.reduce((sum, queue) => sum + queue, 0) / 1e6;
}

/** 127.0.0.1, 127.0.1.1, …: further addresses of this machine. */
export const addressOf = (index: number) => `127.0.${index % 250}.1`;
