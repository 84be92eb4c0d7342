import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { busy } from './places.js';
import { clientKey, clientOf, type TrustedProxies } from './client-address.js';

export interface ConnectionLimits {
  /** The maximum number of connections. */
  most: number;
  /** Of these, connections on which no valid token was shown. */
  mostStrangers: number;
  /** Of these, from one address, once they have had `graceMs` to show a token… */
  fromAnAddress: number;
  /** …and before that, so that machines of one office that all connect at the same moment are served. */
  atOnceFromAnAddress: number;
  graceMs: number;
  /** After how long an answer is ended if the client reads none of it. */
  stallMs: number;
  /** Unanswered requests on one connection. A client that waits for answers never has more. */
  pipelined: number;
}

export const CONNECTION_LIMITS: ConnectionLimits = {
  most: 1000,
  mostStrangers: 640,
  fromAnAddress: 64,
  atOnceFromAnAddress: 256,
  graceMs: 1000,
  stallMs: 20_000,
  pipelined: 8,
};

/** How often the time limits are checked. */
const LOOK_MS = 1000;
/** For how long the rest of a request that was refused unread is discarded, so that the client can read the refusal. */
const UNREAD_REQUEST_MS = 2000;
const IDLE_CLOSE_MS = 500;

class Connection {
  /** The socket that speaks HTTP; with TLS this is not the socket below. */
  http: Socket;
  /** A valid token was shown. */
  isKnown = false;
  /** Showed an invalid token, so it makes room before all others. */
  isSuspect = false;
  /** Unanswered requests: all of them, and those that arrived completely. */
  asked = 0;
  whole = 0;
  readonly openedAt = Date.now();
  movedAt = Date.now();
  #seen = '';

  constructor(
    readonly wire: Socket,
    /** Undefined for a trusted proxy, whose requests are counted one by one. */
    readonly address: string | undefined,
  ) {
    this.http = wire;
  }

  /** Whether some written data has not reached the kernel yet. */
  get isUnread(): boolean {
    return this.http.writableLength > 0;
  }

  /** For how long the client has read nothing. */
  stalledFor(now: number): number {
    const queue = (this.wire as { _handle?: { writeQueueSize?: number } })._handle?.writeQueueSize;
    const seen = `${this.http.bytesWritten} ${this.http.writableLength} ${queue}`;
    if (seen !== this.#seen || !this.isUnread) this.movedAt = now;
    this.#seen = seen;
    return now - this.movedAt;
  }

  /** Closes at once and discards what the kernel holds; an orderly close would keep that until the client reads it. */
  reset(): void {
    if (this.http !== this.wire) this.http.destroy();
    if (this.wire.destroyed) return;
    this.wire.resetAndDestroy();
  }
}

/**
 * Limits the cost of connections. Clients with a valid token are served. Strangers have few connections, and these make
 * room for newer ones: first those that failed to show a token, then those that request nothing, then those that do not
 * read their answer.
 */
export class Connections {
  readonly #all = new Map<string, Connection>();
  readonly #strangers = new Map<string, Set<Connection>>();
  /** Requests of strangers under way behind a proxy, by the address for which it asks. */
  readonly #proxied = new Map<string, number>();
  #count = 0;

  constructor(
    private readonly proxies: TrustedProxies,
    private readonly limits = CONNECTION_LIMITS,
  ) {}

  watch(fastify: FastifyInstance): void {
    const { server } = fastify;
    server.on('connection', (socket: Socket) => this.#open(socket));
    server.on('secureConnection', (socket: Socket) => {
      const connection = this.#of(socket);
      if (connection) this.#speaks(connection, socket);
    });
    server.on('request', (request: IncomingMessage, response: ServerResponse) => this.#asked(request, response));
    // Node would refuse an unknown expectation without any headers of ours; a server may ignore it (RFC 9110, 10.1.1).
    server.on('checkExpectation', (request, response) => void server.emit('request', request, response));
    // Idle for as long as `Keep-Alive` said. Node alone would leave unread data in the kernel.
    server.on('timeout', (socket: Socket) => socket.destroySoon());
    const look = setInterval(() => this.#look(Date.now()), LOOK_MS).unref();
    server.once('close', () => clearInterval(look));
  }

  /** A valid token was shown on it. */
  recognise({ raw }: FastifyRequest): void {
    const connection = this.#of(raw.socket);
    if (!connection || connection.isKnown) return;
    connection.isKnown = true;
    connection.isSuspect = false;
    this.#forget(connection);
  }

  /** An invalid token was shown on it. */
  suspect({ raw }: FastifyRequest): void {
    const connection = this.#of(raw.socket);
    if (connection && !connection.isKnown) connection.isSuspect = true;
  }

  /** Finds it by the peer's address and port, because a TLS socket is not the object of the connection below it. */
  #of(socket: Socket): Connection | undefined {
    return this.#all.get(peerOf(socket));
  }

  #open(socket: Socket): void {
    const { most, mostStrangers, atOnceFromAnAddress } = this.limits;
    const isProxy = this.proxies.includes(socket.remoteAddress);
    const connection = new Connection(socket, isProxy ? undefined : (clientKey(socket.remoteAddress) ?? 'unknown'));
    if (connection.address !== undefined) {
      const mine = this.#strangers.get(connection.address);
      if (mine && mine.size >= atOnceFromAnAddress && !this.#makeRoom(mine)) return connection.reset();
      if (this.#count >= mostStrangers && !this.#makeRoom(this.#largest())) return connection.reset();
    }
    if (this.#all.size >= most && !this.#makeRoom(this.#all.values())) return connection.reset();
    const peer = peerOf(socket);
    this.#all.set(peer, connection);
    this.#note(connection);
    this.#speaks(connection, socket);
    socket.once('close', () => {
      if (this.#all.get(peer) === connection) this.#all.delete(peer);
      this.#forget(connection);
    });
  }

  /** An orderly close waits until the client has read the answer, but no longer than for any answer. */
  #speaks(connection: Connection, socket: Socket): void {
    connection.http = socket;
    socket.destroySoon = () => {
      if (socket.destroyed) return;
      const patience = setTimeout(() => connection.reset(), this.#closesWithin(connection)).unref();
      socket.once('close', () => clearTimeout(patience));
      if (socket.writable) socket.end();
      if (socket.readableEnded) socket.destroy();
      else socket.once('end', () => socket.destroy()).resume();
    };
  }

  #closesWithin({ asked, whole }: Connection): number {
    if (asked === 0) return IDLE_CLOSE_MS;
    return asked > whole ? UNREAD_REQUEST_MS : this.limits.stallMs;
  }

  #asked(request: IncomingMessage, response: ServerResponse): void {
    const connection = this.#of(request.socket);
    if (!connection) return;
    if (++connection.asked > this.limits.pipelined) return connection.reset();
    let isWhole = false;
    // Once a request has arrived completely, answering it is up to us, so its connection does not have to make room.
    const whole = () => {
      isWhole = true;
      connection.whole++;
    };
    if ('content-length' in request.headers || 'transfer-encoding' in request.headers) request.once('end', whole);
    else whole();
    response.once('close', () => {
      connection.asked--;
      if (isWhole) connection.whole--;
      this.#toTheEnd(connection);
    });
  }

  /** The connection that was served last makes room last. */
  #toTheEnd(connection: Connection): void {
    const peer = peerOf(connection.wire);
    if (this.#all.delete(peer)) this.#all.set(peer, connection);
    const mine = connection.address === undefined ? undefined : this.#strangers.get(connection.address);
    if (mine?.delete(connection)) mine.add(connection);
  }

  #note(connection: Connection): void {
    if (connection.address === undefined) return;
    const mine = this.#strangers.get(connection.address) ?? new Set();
    this.#strangers.set(connection.address, mine.add(connection));
    this.#count++;
  }

  #forget(connection: Connection): void {
    if (connection.address === undefined) return;
    const mine = this.#strangers.get(connection.address);
    if (!mine?.delete(connection)) return;
    this.#count--;
    if (mine.size === 0) this.#strangers.delete(connection.address);
  }

  #largest(): Iterable<Connection> {
    let largest = new Set<Connection>();
    for (const set of this.#strangers.values()) if (set.size > largest.size) largest = set;
    return largest;
  }

  /** Returns whether one of these made room. */
  #makeRoom(connections: Iterable<Connection>): boolean {
    const now = Date.now();
    let first: { connection: Connection; rank: number } | undefined;
    for (const connection of connections) {
      const rank = rankOf(connection, now, this.limits.graceMs);
      if (rank < (first?.rank ?? NEVER)) first = { connection, rank };
      if (rank === 0) break;
    }
    if (!first) return false;
    this.#forget(first.connection);
    this.#all.delete(peerOf(first.connection.wire));
    first.connection.reset();
    return true;
  }

  #look(now: number): void {
    const { stallMs, fromAnAddress, graceMs } = this.limits;
    for (const connection of this.#all.values()) {
      if (connection.stalledFor(now) >= stallMs) connection.reset();
    }
    for (const mine of this.#strangers.values()) {
      let tooMany = mine.size - fromAnAddress;
      while (tooMany-- > 0 && this.#makeRoom([...mine].filter(({ openedAt }) => now - openedAt > graceMs)));
    }
  }

  /**
   * Admits a request that needs no token. All clients share the connections of a proxy, so there requests are counted
   * by the address for which it asks. Throws AppError `busy`.
   */
  admitStranger(request: FastifyRequest, response: ServerResponse): void {
    if (this.#of(request.raw.socket)?.address !== undefined) return;
    const client = clientOf(request);
    const count = this.#proxied.get(client) ?? 0;
    if (count >= this.limits.fromAnAddress) throw busy(`${client} has ${count} requests under way`);
    this.#proxied.set(client, count + 1);
    response.once('close', () => {
      const left = (this.#proxied.get(client) ?? 1) - 1;
      if (left > 0) this.#proxied.set(client, left);
      else this.#proxied.delete(client);
    });
  }
}

const NEVER = 4;

/**
 * Lower ranks make room first. NEVER: a stranger whose request has arrived and who reads the answer, or a known client
 * with a request.
 */
function rankOf(connection: Connection, now: number, graceMs: number): number {
  if (connection.isKnown) return connection.asked === 0 ? 3 : NEVER;
  if (connection.isSuspect) return 0;
  if (connection.whole === 0) return 1;
  return connection.stalledFor(now) > graceMs ? 2 : NEVER;
}

const peerOf = ({ remoteAddress, remotePort }: Socket) => `${remoteAddress} ${remotePort}`;
