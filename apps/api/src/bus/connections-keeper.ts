import { Inject, Injectable } from '@nestjs/common';
import { explain, type HostId } from '@orrery/shared/contracts';
import { describeError, WakeablePause, type Logger } from '@orrery/shared/runtime';
import { FloodGate } from './flood-gate.js';
import { OpenConnections, type Connection, type HostConnection } from './open-connections.js';
import { Store } from '../database/store.js';
import { clearHostFinding, raiseHostFinding } from '../findings/host-findings.js';
import { suspendKey } from '../host-keys/key-writes.js';
import { LOGGER } from '../logger.js';
import type { Loop } from '../loops/loop.js';
import { ExcessNotes, hostsWithExcess } from './excess-notes.js';
import { NatsConnections } from './nats-connections.js';

/** What servers tell may be lost; so often they are asked for everything. */
const ASK_AGAIN_MS = 5 * 60_000;
/** After a question or a kick that nobody answered. */
const SOON_MS = 1000;
/** How often findings are brought in line. */
const LOOK_MS = 1000;

/**
 * Holds every host to a few connections: the newest live, older ones are ended. An agent has one; a host whose link is cut without a
 * word leaves dead ones behind, and needs its newest. Replicas do the same without asking each other: a kick twice is a kick.
 */
@Injectable()
export class ConnectionsKeeper implements Loop {
  readonly #pause = new WakeablePause();
  readonly #notes = new ExcessNotes();
  #reachable = false;
  #askAt = 0;

  constructor(
    private readonly nats: NatsConnections,
    private readonly open: OpenConnections,
    private readonly gate: FloodGate,
    private readonly store: Store,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  async run(signal: AbortSignal): Promise<void> {
    if (!this.nats.isTold) return;
    this.nats.follow(
      (connection) => this.#opened(connection),
      (connection) => this.open.closed(connection),
    );
    const stopStatus = this.nats.onStatus((reachable) => {
      this.#reachable = reachable;
      this.#askAt = 0;
      this.open.forget();
      this.#pause.wake();
    });
    this.gate.onFlood((host) => void this.#cutOff(host, 'flood'));
    while (!signal.aborted) {
      await this.#ask().catch((error: unknown) => this.#failed('nats.connections-unknown', error));
      await this.#tell().catch((error: unknown) => this.#failed('nats.connections-untold', error));
      await this.#pause.wait(LOOK_MS, signal);
    }
    stopStatus();
  }

  #opened(connection: HostConnection): void {
    this.open.opened(connection);
    this.#endExcess(connection.host);
  }

  #endExcess(host: HostId): void {
    for (const connection of this.open.takeExcess(host)) void this.#end(host, connection);
  }

  async #end(host: HostId, connection: Connection): Promise<void> {
    if (this.#notes.ended(host, performance.now())) void this.#cutOff(host, 'connections');
    try {
      await this.nats.kick(connection);
      this.open.closed({ host, ...connection });
    } catch (error) {
      this.#failed('nats.not-kicked', error);
      this.open.closed({ host, ...connection });
      this.#askAt = performance.now() + SOON_MS;
    }
  }

  /**
   * Ends all that this host has open, and has NATS refuse what it lets itself in with. Its agent fetches another JWT with its key, which
   * it gets after a while. Ending connections alone does not help: they would be back before the next is ended.
   */
  async #cutOff(host: HostId, why: 'flood' | 'connections'): Promise<void> {
    this.logger.warn({ event: 'host.cut-off', host, why }, 'temporarily disconnected a host');
    this.#notes.excess(host, performance.now());
    const ending = this.open.takeAll(host).map((connection) => this.#end(host, connection));
    await this.store
      .transaction((transaction) => suspendKey(transaction, host))
      .catch((error: unknown) => this.#failed('host.not-cut-off', error));
    await Promise.all(ending);
  }

  async #ask(): Promise<void> {
    if (!this.#reachable || performance.now() < this.#askAt) return;
    this.#askAt = performance.now() + SOON_MS;
    const askedAt = this.open.turn;
    this.open.replace(await this.nats.list(), askedAt);
    this.#askAt = performance.now() + ASK_AGAIN_MS;
    for (const host of this.open.hosts()) this.#endExcess(host);
  }

  /** Raises and clears the finding. What an earlier start of this API raised is cleared in its time, too. */
  async #tell(): Promise<void> {
    if (!this.#notes.isReady) this.#notes.begin(await hostsWithExcess(this.store), performance.now());
    const { raise, clear } = this.#notes.due(performance.now());
    for (const host of raise) {
      this.logger.warn(
        { event: 'host.connections-excess', host },
        'the key of this host is in use by too many connections',
      );
      await this.store.transaction((sql) => raiseHostFinding(sql, { host, ...EXCESS }));
      this.#notes.raised(host);
    }
    for (const host of clear) {
      await this.store.transaction((sql) => clearHostFinding(sql, { host, code: EXCESS.code }));
      this.#notes.cleared(host);
    }
  }

  #failed(event: string, error: unknown): void {
    this.logger.warn({ event, cause: describeError(error) }, 'cannot check the connections of hosts; retrying');
  }
}

const EXCESS = { severity: 'error', ...explain('connections-excess/closed') } as const;
