import { Injectable } from '@nestjs/common';
import type { Beat, Epoch, HostId } from '@orrery/shared/contracts';

/** The content of a heartbeat or hello, and when it was heard, on this process's own steady clock in milliseconds. */
export interface Heard extends Pick<Beat, 'epoch' | 'revision' | 'digest' | 'inventory'> {
  host: HostId;
  at: number;
}

/** How many hosts this process remembers; a flood of invented ones pushes out the oldest. */
const MOST_HOSTS = 100_000;

/**
 * Every replica hears all heartbeats and keeps the last of each host, so that the next leader knows as much as the
 * previous one.
 */
@Injectable()
export class PresenceBoard {
  readonly #last = new Map<HostId, Heard>();
  /** Not yet taken, the last of each epoch, so that two alternating epochs of one host are both seen. */
  #news = new Map<string, Heard>();

  heard(host: HostId, said: Pick<Beat, 'epoch' | 'revision' | 'digest' | 'inventory'>, at = performance.now()): void {
    const { epoch, revision, digest, inventory } = said;
    const heard = { host, epoch, revision, digest, inventory, at };
    this.#last.delete(host);
    this.#last.set(host, heard);
    this.#news.set(keyOf(host, epoch), heard);
    if (this.#last.size <= MOST_HOSTS) return;
    const [oldest] = this.#last.keys();
    if (oldest) this.#last.delete(oldest);
  }

  lastHeard(host: HostId): number | undefined {
    return this.#last.get(host)?.at;
  }

  /**
   * The heartbeats since the last call. Only the leader calls this; any other replica keeps at most one entry per
   * epoch.
   */
  takeNews(): Heard[] {
    const news = [...this.#news.values()];
    this.#news = new Map();
    return news;
  }

  /** The leader could not store them, so they are returned again unless something newer arrives. */
  putBack(news: readonly Heard[]): void {
    for (const heard of news) {
      const key = keyOf(heard.host, heard.epoch);
      if (!this.#news.has(key)) this.#news.set(key, heard);
    }
  }

  /** Drops entries on a replica that does not lead, because they will not be taken. */
  forgetNews(olderThan: number): void {
    for (const [key, { at }] of this.#news) if (at < olderThan) this.#news.delete(key);
  }
}

const keyOf = (host: HostId, epoch: Epoch) => `${host} ${epoch}`;
