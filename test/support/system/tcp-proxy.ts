import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { once } from 'node:events';

type Direction = 'to-server' | 'to-client';
interface Link {
  client: Socket;
  server: Socket;
}

/**
 * A link that can fail, between a client and a server on loopback. What it holds is what a network would retransmit: no
 * byte is lost within a connection that stays open.
 */
export class TcpProxy {
  /** Delays each piece by this much; a number or, for jitter, a function. */
  delay: () => number = () => 0;
  readonly #links = new Set<Link>();
  readonly #held = new Set<Direction>();
  #server: Server | undefined;

  private constructor(
    private readonly target: number,
    readonly port: number,
  ) {}

  static async start(target: number): Promise<TcpProxy> {
    const probe = createServer().listen(0, '127.0.0.1');
    await once(probe, 'listening');
    const { port } = probe.address() as AddressInfo;
    await new Promise((resolve) => probe.close(resolve));
    const proxy = new TcpProxy(target, port);
    await proxy.accept();
    return proxy;
  }

  /** The same URL through this proxy. */
  through(url: string): string {
    const parsed = new URL(url);
    parsed.port = String(this.port);
    return parsed.toString().replace(/\/$/, '');
  }

  get open(): number {
    return this.#links.size;
  }

  /** Half open: connections stay, new ones are accepted, and nothing gets through. Without a direction: both. */
  hold(...directions: Direction[]): void {
    for (const direction of directions.length > 0 ? directions : (['to-server', 'to-client'] as const))
      this.#held.add(direction);
    for (const link of this.#links) this.#apply(link);
  }

  /** Lets everything that was held through. */
  heal(): void {
    this.#held.clear();
    for (const link of this.#links) this.#apply(link);
  }

  /** RST on every connection. */
  reset(): void {
    for (const { client, server } of this.#links) {
      client.resetAndDestroy();
      server.destroy();
    }
  }

  /** Refuses new connections, and closes existing ones. */
  async refuse(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    const closed = server && new Promise((resolve) => server.close(resolve));
    this.reset();
    await closed;
  }

  async accept(): Promise<void> {
    if (this.#server) return;
    this.#server = createServer((client) => this.#link(client)).listen(this.port, '127.0.0.1');
    await once(this.#server, 'listening');
  }

  close(): Promise<void> {
    return this.refuse();
  }

  #link(client: Socket): void {
    const server = connect(this.target, '127.0.0.1');
    const link = { client, server };
    this.#links.add(link);
    const end = () => {
      this.#links.delete(link);
      client.destroy();
      server.destroy();
    };
    for (const socket of [client, server]) socket.setNoDelay(true).on('error', end).on('close', end);
    this.#pass(client, server);
    this.#pass(server, client);
    this.#apply(link);
  }

  /** One piece after the other, each delayed by the delay at its moment. */
  #pass(from: Socket, to: Socket): void {
    let earliest = 0;
    from.on('data', (piece) => {
      const now = performance.now();
      earliest = Math.max(earliest, now + this.delay());
      if (earliest <= now) to.write(piece);
      else setTimeout(() => !to.destroyed && to.write(piece), earliest - now);
    });
  }

  #apply({ client, server }: Link): void {
    if (this.#held.has('to-server')) client.pause();
    else client.resume();
    if (this.#held.has('to-client')) server.pause();
    else server.resume();
  }
}
