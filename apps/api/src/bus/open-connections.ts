import { Injectable } from '@nestjs/common';
import type { HostId } from '@orrery/shared/contracts';

/** A connection to one server of NATS, which numbers its own. */
export interface Connection {
  server: string;
  id: number;
}

export interface HostConnection extends Connection {
  host: HostId;
}

interface Entry extends Connection {
  /** Order of arrival here. The clocks of two servers say nothing about which of their connections is newer. */
  turn: number;
  isEnding: boolean;
}

/**
 * An agent has one. A second may be a copy, which must be noticed as such; a third, one that the server does not yet
 * know is dead.
 */
export const MOST_CONNECTIONS = 3;
/** Beyond this the API answers a host nothing, because every connection gets a copy of every answer. */
export const FAR_TOO_MANY = 8;

/** The open connections of each host, as reported by NATS. Empty while nothing is reported. */
@Injectable()
export class OpenConnections {
  #hosts = new Map<HostId, Map<string, Entry>>();
  #turn = 0;

  /** Pass this to `replace` after asking the servers for all open connections. */
  get turn(): number {
    return this.#turn;
  }

  opened({ host, server, id }: HostConnection): void {
    const entries = this.#hosts.get(host) ?? new Map<string, Entry>();
    this.#hosts.set(host, entries);
    const key = keyOf({ server, id });
    if (!entries.has(key)) entries.set(key, { server, id, turn: ++this.#turn, isEnding: false });
  }

  closed({ host, server, id }: HostConnection): void {
    const entries = this.#hosts.get(host);
    entries?.delete(keyOf({ server, id }));
    if (entries?.size === 0) this.#hosts.delete(host);
  }

  /**
   * The servers' list, oldest first, in answer to a request at this turn. Connections opened since stay; unknown ones
   * are older than that.
   */
  replace(all: readonly HostConnection[], askedAt: number): void {
    const known = this.#hosts;
    this.#hosts = new Map();
    for (const [index, { host, server, id }] of all.entries()) {
      const turn = askedAt - 1 + (index + 1) / (all.length + 1);
      this.#keep(host, known.get(host)?.get(keyOf({ server, id })) ?? { server, id, turn, isEnding: false });
    }
    for (const [host, entries] of known)
      for (const entry of entries.values()) if (entry.turn > askedAt) this.#keep(host, entry);
  }

  /** The servers no longer report what is open. */
  forget(): void {
    this.#hosts.clear();
  }

  hosts(): HostId[] {
    return [...this.#hosts.keys()];
  }

  areFarTooMany(host: HostId): boolean {
    return (this.#hosts.get(host)?.size ?? 0) > FAR_TOO_MANY;
  }

  /** The connections to close, oldest first, each named once: all but the newest of this host. */
  takeExcess(host: HostId): Connection[] {
    const staying = [...(this.#hosts.get(host)?.values() ?? [])].filter(({ isEnding }) => !isEnding);
    const excess = staying.sort((one, other) => one.turn - other.turn).slice(0, -MOST_CONNECTIONS);
    for (const entry of excess) entry.isEnding = true;
    return excess;
  }

  /** All connections of this host, to be closed. */
  takeAll(host: HostId): Connection[] {
    const all = [...(this.#hosts.get(host)?.values() ?? [])].filter(({ isEnding }) => !isEnding);
    for (const entry of all) entry.isEnding = true;
    return all;
  }

  #keep(host: HostId, entry: Entry): void {
    const entries = this.#hosts.get(host) ?? new Map<string, Entry>();
    this.#hosts.set(host, entries.set(keyOf(entry), entry));
  }
}

const keyOf = ({ server, id }: Connection) => `${server} ${id}`;
