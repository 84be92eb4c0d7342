const PULSE_MS = 1400;
/** More at a time would be a flicker. */
const MOST = 32;

/** Rings around hosts about which news came. */
export class Pulses {
  private readonly began = new Map<string, number>();

  /** A host that has a ring already gets no second one: it would never end. */
  begin(host: string, now: number): void {
    if (!this.began.has(host) && this.began.size < MOST) this.began.set(host, now);
  }

  /** Those that are on their way: how far, from 0 to 1. */
  at(now: number): Map<string, number> {
    const parts = new Map<string, number>();
    for (const [host, began] of this.began) {
      const part = (now - began) / PULSE_MS;
      if (part >= 1) this.began.delete(host);
      else parts.set(host, Math.max(0, part));
    }
    return parts;
  }

  clear(): void {
    this.began.clear();
  }
}
