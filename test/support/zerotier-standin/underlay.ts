import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import type { Moon } from '../../../libs/simulator/src/model/moon.js';
import { decode, encode, type Datagram } from './datagram.js';
import type { Strangers } from '../../../libs/simulator/src/model/strangers.js';
import { Endpoints, endpointText, parseEndpoint, type Endpoint } from './endpoints.js';

/** In bytes. */
const BEACON = 13;

const binds = (socket: Socket, port: number): Promise<boolean> =>
  new Promise((resolve) => {
    socket.once('error', () => {
      resolve(false);
    });
    socket.bind(port, () => {
      resolve(true);
    });
  });

export async function isUdpPortFree(port: number): Promise<boolean> {
  const socket = createSocket('udp4');
  const free = await binds(socket, port);
  socket.close();
  return free;
}

/**
 * UDP between stand-ins. Every node talks to a root of its moons, which knows the source of each node's last packet, so
 * a node behind NAT is reached through the hole that its own packets made. A node without a moon can talk to nobody:
 * the planet's roots do not exist here.
 */
export class Underlay {
  private readonly endpoints: Endpoints;

  private socket: Socket | null = null;

  private constructor(
    private readonly port: number,
    private readonly self: string,
    moons: readonly Moon[],
    private readonly receive: (datagram: Datagram, path: string | null) => void,
    private readonly strangers: Strangers | undefined,
  ) {
    this.endpoints = new Endpoints(self, moons);
  }

  static async open(
    port: number,
    self: string,
    moons: readonly Moon[],
    receive: (datagram: Datagram, path: string | null) => void,
    strangers?: Strangers,
  ): Promise<Underlay> {
    const underlay = new Underlay(port, self, moons, receive, strangers);
    await underlay.bind();
    return underlay;
  }

  get isBound(): boolean {
    return this.socket !== null;
  }

  /** A taken port means no network at all, and the daemon keeps running, like the real one. */
  async bind(): Promise<void> {
    if (this.socket) return;
    const socket = createSocket({ type: 'udp4', recvBufferSize: 1 << 20 });
    if (!(await binds(socket, this.port))) return;
    socket.on('message', (bytes, from) => {
      this.arrived(bytes, from);
    });
    // A root that is down answers with ICMP, which Node reports as an error of the socket: there is nothing to do about it.
    socket.on('error', () => undefined);
    this.socket = socket;
  }

  send(datagram: Datagram): void {
    for (const endpoint of this.endpoints.of(datagram.to, Date.now())) this.transmit(datagram, endpoint);
  }

  sendToRoots(make: (root: string) => Datagram): void {
    for (const root of this.endpoints.rootAddresses()) this.send(make(root));
  }

  /** To the first root, whoever the addressee is. */
  sendThroughRoot(datagram: Datagram): void {
    const [root] = this.endpoints.rootAddresses();
    if (root === undefined) return;
    for (const endpoint of this.endpoints.ofRoot(root, Date.now())) this.transmit(datagram, endpoint);
  }

  /** Directly to the source of the node's last packet, or not at all: as a root does for others. */
  pass(datagram: Datagram, to: string): void {
    const endpoint = this.endpoints.lastSeen(to);
    if (endpoint) this.transmit(datagram, endpoint);
  }

  sendTo(text: string, datagram: Datagram): void {
    const endpoint = parseEndpoint(text);
    if (endpoint) this.transmit(datagram, endpoint);
  }

  /** `address/port` of the node as seen from here. */
  whereIs(address: string): string | undefined {
    const endpoint = this.endpoints.lastSeen(address);
    return endpoint && endpointText(endpoint);
  }

  close(): void {
    this.socket?.close();
  }

  private transmit(datagram: Datagram, to: Endpoint): void {
    this.socket?.send(encode(datagram), to.port, to.address, () => undefined);
  }

  private arrived(bytes: Buffer, from: RemoteInfo): void {
    // A beacon says nothing but an address, and is looked up.
    if (bytes.length === BEACON) return void this.strangers?.knows(bytes.toString('hex', 8), Date.now());
    const datagram = decode(bytes);
    if (!datagram || datagram.from === this.self) return;
    const isHello = datagram.type === 'message' && datagram.message.kind === 'hello';
    if (this.strangers?.admits(datagram.from, isHello, from.address, Date.now()) === false) return;
    const relayed = this.endpoints.isRelayed(datagram.from, from);
    if (!relayed) this.endpoints.note(datagram.from, { address: from.address, port: from.port }, Date.now());
    if (datagram.type === 'frame' || datagram.to === this.self) {
      this.receive(datagram, relayed ? null : endpointText(from));
    } else this.pass(datagram, datagram.to);
  }
}
