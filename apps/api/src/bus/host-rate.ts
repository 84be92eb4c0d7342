import type { HostId } from '@orrery/shared/contracts';

export interface Rate {
  perSecond: number;
  /** What may come at once after a while of silence. */
  burst: number;
}

interface Bucket {
  left: number;
  at: number;
}

/** More hosts than this are never told apart: who is quiet for long is forgotten first. */
const MOST_HOSTS = 20_000;

/**
 * How many messages of one kind each host may send: far more than an agent in order ever does, far less than what would keep the
 * API from the other hosts. Asked before a message is parsed, for parsing is what a flood costs.
 */
export class HostRate {
  readonly #buckets = new Map<HostId, Bucket>();

  constructor(
    private readonly rate: Rate,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** `cost`: of a kind whose messages differ much in size. */
  admits(host: HostId, cost = 1): boolean {
    const now = this.now();
    const { left, at } = this.#buckets.get(host) ?? { left: this.rate.burst, at: now };
    const refilled = Math.min(this.rate.burst, left + ((now - at) / 1000) * this.rate.perSecond);
    const admitted = refilled >= cost;
    this.#buckets.delete(host);
    this.#buckets.set(host, { left: admitted ? refilled - cost : refilled, at: now });
    const [oldest] = this.#buckets.size > MOST_HOSTS ? this.#buckets.keys() : [];
    if (oldest) this.#buckets.delete(oldest);
    return admitted;
  }
}
