import type { NetworkId } from '@orrery/shared/contracts';

interface Turn {
  readonly done: Promise<void>;
  /** Of level-triggered work that has not begun: who asks for more of it joins. */
  wish?: { read: boolean };
}

/** What is done with one network, one after another; different networks do not wait for each other. */
export class NetworkTurns {
  readonly #last = new Map<NetworkId, Turn>();

  /** Work that does whatever is missing: all that comes while one runs is done in one more, which reads if any of them is to read. */
  join(network: NetworkId, read: boolean, work: (read: boolean) => Promise<void>): Promise<void> {
    const last = this.#last.get(network);
    if (last?.wish) {
      last.wish.read ||= read;
      return last.done;
    }
    const wish = { read };
    const turn = this.#take(network, () => {
      delete turn.wish;
      return work(wish.read);
    });
    turn.wish = wish;
    return turn.done;
  }

  /** Work of its own. Rejects as the work does. */
  alone(network: NetworkId, work: () => Promise<void>): Promise<void> {
    return this.#take(network, work).done;
  }

  #take(network: NetworkId, work: () => Promise<void>): Turn {
    const before = this.#last.get(network)?.done ?? Promise.resolve();
    const turn: Turn = {
      done: before
        .catch(() => undefined)
        .then(work)
        .finally(() => {
          if (this.#last.get(network) === turn) this.#last.delete(network);
        }),
    };
    this.#last.set(network, turn);
    return turn;
  }
}
