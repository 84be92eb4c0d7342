import type { NetworkId, NodeAddress } from '@orrery/shared/contracts';

/** What a turn is to do. */
export interface Wish {
  /** Read all that the controller says first. */
  read: boolean;
  /** Only what concerns these; null: the whole network. */
  addresses: readonly NodeAddress[] | null;
}

export interface Turn {
  readonly done: Promise<void>;
  /** Whoever waits for the effect and not for the books need wait no longer; with `done` at the latest. */
  readonly told: Promise<void>;
  /** Of level-triggered work that has not begun: who asks for more of it joins. */
  wish?: Wish;
}

/** What is done with one network, one after another; different networks do not wait for each other. */
export class NetworkTurns {
  readonly #last = new Map<NetworkId, Turn>();

  /** Work that does whatever is missing: all that comes while one runs is done in one more, which does what any of them is to do. */
  join(network: NetworkId, asked: Wish, work: (wish: Wish, told: () => void) => Promise<void>): Turn {
    const last = this.#last.get(network);
    if (last?.wish) {
      last.wish.read ||= asked.read;
      last.wish.addresses = both(last.wish.addresses, asked.addresses);
      return last;
    }
    const wish = { ...asked };
    const turn = this.#take(network, (told) => {
      delete turn.wish;
      return work(wish, told);
    });
    turn.wish = wish;
    return turn;
  }

  /** Work of its own. Rejects as the work does. */
  alone(network: NetworkId, work: () => Promise<void>): Promise<void> {
    return this.#take(network, work).done;
  }

  #take(network: NetworkId, work: (told: () => void) => Promise<void>): Turn {
    const before = this.#last.get(network)?.done ?? Promise.resolve();
    let tell: () => void = () => undefined;
    const told = new Promise<void>((resolve) => (tell = resolve));
    const turn: Turn = {
      told,
      done: before
        .catch(() => undefined)
        .then(() => work(tell))
        .finally(() => {
          tell();
          if (this.#last.get(network) === turn) this.#last.delete(network);
        }),
    };
    this.#last.set(network, turn);
    return turn;
  }
}

const both = (one: Wish['addresses'], other: Wish['addresses']) => one && other && [...new Set([...one, ...other])];
