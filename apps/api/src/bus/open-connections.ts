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

/** An agent has one. A second may be a copy that is to be noticed as such, a third one that the server does not yet know is dead. */
export const MOST_CONNECTIONS = 3;
/** Beyond this the API says nothing to a host: every connection gets a copy of every answer. */
export const FAR_TOO_MANY = 8;

/** Which connections each host has open, as far as NATS has said. Empty while nobody says so. */
@Injectable()
export class OpenConnections {
  #hosts = new Map<HostId, Map<string, Entry>>();
  #turn = 0;

  /** To be given to `replace` by whoever asks the servers for all that are open now. */
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
   * What the servers answered, oldest first, to a question that was asked at this turn. What was opened since stays; what was never heard
   * of is older than that.
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

  /** Nobody says any more what is open. */
  forget(): void {
    this.#hosts.clear();
  }

  hosts(): HostId[] {
    return [...this.#hosts.keys()];
  }

  areFarTooMany(host: HostId): boolean {
    return (this.#hosts.get(host)?.size ?? 0) > FAR_TOO_MANY;
  }

  /** Those that are to end, oldest first, each named once: all but the newest of this host. */
  takeExcess(host: HostId): Connection[] {
    const staying = [...(this.#hosts.get(host)?.values() ?? [])].filter(({ isEnding }) => !isEnding);
    const excess = staying.sort((one, other) => one.turn - other.turn).slice(0, -MOST_CONNECTIONS);
    for (const entry of excess) entry.isEnding = true;
    return excess;
  }

  /** All of this host, to be ended. */
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
