import type { NetworkId } from '@orrery/shared/contracts';

export interface Turn {
  readonly done: Promise<void>;
  /** Whoever waits for the effect and not for the books need wait no longer; with `done` at the latest. */
  readonly told: Promise<void>;
  /** Of level-triggered work that has not begun: who asks for more of it joins. */
  wish?: { read: boolean };
}

/** What is done with one network, one after another; different networks do not wait for each other. */
export class NetworkTurns {
  readonly #last = new Map<NetworkId, Turn>();

  /** Work that does whatever is missing: all that comes while one runs is done in one more, which reads if any of them is to read. */
  join(network: NetworkId, read: boolean, work: (read: boolean, told: () => void) => Promise<void>): Turn {
    const last = this.#last.get(network);
    if (last?.wish) {
      last.wish.read ||= read;
      return last;
    }
    const wish = { read };
    const turn = this.#take(network, (told) => {
      delete turn.wish;
      return work(wish.read, told);
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
