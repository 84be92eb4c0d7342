import { Injectable } from '@nestjs/common';
import { busy } from '../http/busy.js';

/** Each holds some megabytes of the kernel's memory while its peer is slow. */
const MOST = 8;
/** Machines of one office take turns; one address does not keep all others waiting. */
const MOST_OF_AN_ADDRESS = 2;
/** A bundle that is not across by then is fetched again by whoever still wants it. */
export const LONGEST_DOWNLOAD_MS = 15 * 60_000;
const AGAIN_SECONDS = 5;

/** A few downloads at a time; the rest is told to come again. */
@Injectable()
export class Downloads {
  readonly #byAddress = new Map<string, number>();
  #count = 0;

  /** Takes a place; call the result when the download has ended. Throws AppError `busy`. */
  begin(address: string): () => void {
    const mine = this.#byAddress.get(address) ?? 0;
    if (mine >= MOST_OF_AN_ADDRESS) throw busy(`${address} is downloading ${mine} times already`, AGAIN_SECONDS);
    if (this.#count >= MOST) throw busy(`${this.#count} machines are downloading already`, AGAIN_SECONDS);
    this.#count++;
    this.#byAddress.set(address, mine + 1);
    let hasEnded = false;
    return () => {
      if (hasEnded) return;
      hasEnded = true;
      this.#count--;
      const left = (this.#byAddress.get(address) ?? 1) - 1;
      if (left > 0) this.#byAddress.set(address, left);
      else this.#byAddress.delete(address);
    };
  }
}
