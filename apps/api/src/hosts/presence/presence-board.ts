import { Injectable } from '@nestjs/common';
import type { Beat, Epoch, HostId } from '@orrery/shared/contracts';

/** What a beat (or a hello) said, and when it was heard: this process's own steady clock, milliseconds. */
export interface Heard extends Pick<Beat, 'epoch' | 'revision' | 'digest' | 'inventory'> {
  host: HostId;
  at: number;
}

/** Hosts that this process may remember; a flood of invented ones pushes out the oldest. */
const MOST_HOSTS = 100_000;

/** Every replica hears all beats and keeps the last of each host, so that whoever leads next knows as much as who led before. */
@Injectable()
export class PresenceBoard {
  readonly #last = new Map<HostId, Heard>();
  /** Not yet taken, the last of each epoch: two epochs of one host that take turns are both seen. */
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

  /** What came since the last call. Only the leader asks; a replica that does not lead keeps at most one entry per epoch. */
  takeNews(): Heard[] {
    const news = [...this.#news.values()];
    this.#news = new Map();
    return news;
  }

  /** The leader could not write it down: it comes again, unless something newer came. */
  putBack(news: readonly Heard[]): void {
    for (const heard of news) {
      const key = keyOf(heard.host, heard.epoch);
      if (!this.#news.has(key)) this.#news.set(key, heard);
    }
  }

  /** A replica that does not lead throws away what nobody will ask for. */
  forgetNews(olderThan: number): void {
    for (const [key, { at }] of this.#news) if (at < olderThan) this.#news.delete(key);
  }
}

const keyOf = (host: HostId, epoch: Epoch) => `${host} ${epoch}`;
