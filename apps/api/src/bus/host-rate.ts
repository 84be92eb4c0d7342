import type { HostId } from '@orrery/shared/contracts';

export interface Rate {
  perSecond: number;
  /** What can come at once after a while of silence. */
  burst: number;
}

interface Bucket {
  left: number;
  at: number;
}

/** More hosts than this are never tracked: the one that has been quiet for longest is forgotten first. */
const MOST_HOSTS = 20_000;

/**
 * How many messages of one kind each host can send: far more than a healthy agent ever does, and far less than would
 * keep the API from the other hosts. Checked before a message is parsed, because parsing is the cost of a flood.
 */
export class HostRate {
  readonly #buckets = new Map<HostId, Bucket>();

  constructor(
    private readonly rate: Rate,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** `cost`: for a kind whose messages differ much in size. */
  admits(host: HostId, cost = 1): boolean {
    const admitted = this.left(host) >= cost;
    this.spend(host, admitted ? cost : 0);
    return admitted;
  }

  /** What the host can send now; below zero after it was allowed more than it had. */
  left(host: HostId): number {
    const { perSecond, burst } = this.rate;
    const { left, at } = this.#buckets.get(host) ?? { left: burst, at: this.now() };
    return Math.min(burst, left + ((this.now() - at) / 1000) * perSecond);
  }

  /** Charges without a check, for a cost that is known only afterwards. */
  spend(host: HostId, cost: number): void {
    const left = this.left(host) - cost;
    this.#buckets.delete(host);
    this.#buckets.set(host, { left, at: this.now() });
    const [oldest] = this.#buckets.size > MOST_HOSTS ? this.#buckets.keys() : [];
    if (oldest) this.#buckets.delete(oldest);
  }
}
