import type { ServerResponse } from 'node:http';
import { explain } from '@orrery/shared/contracts';
import { AppError } from '@orrery/shared/runtime';

/**
 * The minimum time for which a place stays taken. A slow or silent client leaves megabytes of an answer in the kernel,
 * where nobody sees whether it reads them, so this limits how much is sent each second.
 */
const LEAST_MS = 1000;
const AGAIN_SECONDS = 5;

export interface PlaceLimits {
  /** The maximum number of large answers to strangers at a time. */
  most: number;
  /** Of these, to one address, so that it does not keep all others waiting. */
  ofAnAddress: number;
  /** How long an answer may take before it is ended. */
  longestMs: number;
}

/** Allows a few large answers at a time; further requests are told to retry. */
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

/** AppError `busy`: the limit is reached, and a retry after this many seconds will succeed. */
export const busy = (cause: string, retryAfter = 5) =>
  new AppError({ kind: 'user', ...explain('busy', { cause }), details: { retryAfter } });
