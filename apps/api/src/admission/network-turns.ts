import type { NetworkId, NodeAddress } from '@orrery/shared/contracts';

/** The task of a turn. */
export interface Wish {
  /** Whether to read everything from the controller first. */
  read: boolean;
  /** Handle only these addresses; null: the whole network. */
  addresses: readonly NodeAddress[] | null;
}

export interface Turn {
  readonly done: Promise<void>;
  /** Resolves when the controller has the changes, before the database is updated; with `done` at the latest. */
  readonly told: Promise<void>;
  /** Set on level-triggered work that has not begun: further requests are merged into it. */
  wish?: Wish;
}

/** Runs the work on one network in sequence. Different networks do not wait for each other. */
export class NetworkTurns {
  readonly #last = new Map<NetworkId, Turn>();

  /** For work that does whatever is missing: all requests made while one turn runs are combined into the next one. */
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

  /** For work that cannot be combined. Rejects as the work does. */
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
