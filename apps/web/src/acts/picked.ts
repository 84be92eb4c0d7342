import type { Shape } from '../api/client.js';

type Membership = Shape<'Membership'>;

/** What a decision about a membership is about, whether the list of memberships names it or that of those that wait. */
export type Decidable = Pick<Membership, 'node' | 'network' | 'controller' | 'status' | 'addresses'>;

export const membershipKey = ({ node, network }: Pick<Membership, 'node' | 'network'>): string =>
  `${node.id} ${network.id}`;

/** A controller of ours can be told about it. */
export const isDecidable = ({ controller }: Decidable): boolean => controller !== null;

type Chosen = ReadonlyMap<string, Decidable>;

/** What a person has chosen in a table, by key, also where its row is not loaded. Only the rows that change are drawn again. */
export class Picked {
  #chosen: Chosen = new Map();
  readonly #listeners = new Set<() => void>();

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  get chosen(): Chosen {
    return this.#chosen;
  }

  has(key: string): boolean {
    return this.#chosen.has(key);
  }

  toggle(one: Decidable): void {
    const chosen = new Map(this.#chosen);
    if (!chosen.delete(membershipKey(one))) chosen.set(membershipKey(one), one);
    this.#become(chosen);
  }

  set(all: Iterable<Decidable>): void {
    this.#become(new Map([...all].map((one) => [membershipKey(one), one])));
  }

  #become(chosen: Chosen): void {
    this.#chosen = chosen;
    for (const listener of this.#listeners) listener();
  }
}
