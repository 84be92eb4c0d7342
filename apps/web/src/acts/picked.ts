import type { Shape } from '../api/client.js';

type Membership = Shape<'Membership'>;

export const membershipKey = ({ node, network }: Membership): string => `${node.id} ${network.id}`;

/** A controller of ours can be told about it. */
export const isDecidable = ({ controller }: Membership): boolean => controller !== null;

/** What a person has chosen in a table, by key. Only the rows that change are drawn again. */
export class Picked {
  #keys: ReadonlySet<string> = new Set();
  readonly #listeners = new Set<() => void>();

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  get keys(): ReadonlySet<string> {
    return this.#keys;
  }

  has(key: string): boolean {
    return this.#keys.has(key);
  }

  toggle(key: string): void {
    const keys = new Set(this.#keys);
    if (!keys.delete(key)) keys.add(key);
    this.set(keys);
  }

  set(keys: Iterable<string>): void {
    this.#keys = new Set(keys);
    for (const listener of this.#listeners) listener();
  }
}
