import type { ServerResponse } from 'node:http';
import { explain } from '@orrery/shared/contracts';
import { AppError } from '@orrery/shared/runtime';

/**
 * A slow or silent peer leaves megabytes of what was answered in the kernel, where nobody sees whether it takes them: a place stays
 * taken for at least so long, and so bounds how much is given away in a second.
 */
const LEAST_MS = 1000;
const AGAIN_SECONDS = 5;

export interface PlaceLimits {
  /** Large answers to strangers at a time. */
  most: number;
  /** Of these, to one address: it does not keep all others waiting. */
  ofAnAddress: number;
  /** What is not across by then is ended. */
  longestMs: number;
}

/** A few large answers at a time; the rest is told to come again. */
export class Places {
  readonly #byAddress = new Map<string, number>();
  #count = 0;

  constructor(private readonly limits: PlaceLimits) {}

  /** Takes a place until the answer has ended. Throws AppError `busy`. */
  take(address: string, response: ServerResponse): void {
    const { most, ofAnAddress, longestMs } = this.limits;
    const mine = this.#byAddress.get(address) ?? 0;
    if (mine >= ofAnAddress) throw busy(`${address} is downloading ${mine} files already`, AGAIN_SECONDS);
    if (this.#count >= most) throw busy(`${this.#count} files are being downloaded already`, AGAIN_SECONDS);
    this.#count++;
    this.#byAddress.set(address, mine + 1);
    const from = Date.now();
    const tooLong = setTimeout(() => response.destroy(), longestMs).unref();
    response.once('close', () => {
      clearTimeout(tooLong);
      setTimeout(() => this.#leave(address), Math.max(0, from + LEAST_MS - Date.now())).unref();
    });
  }

  #leave(address: string): void {
    this.#count--;
    const left = (this.#byAddress.get(address) ?? 1) - 1;
    if (left > 0) this.#byAddress.set(address, left);
    else this.#byAddress.delete(address);
  }
}

/** AppError `busy`: as many at a time as there may be; whoever comes again after so many seconds is served. */
export const busy = (cause: string, retryAfter = 5) =>
  new AppError({ kind: 'user', ...explain('busy', { cause }), details: { retryAfter } });
