import { Injectable } from '@nestjs/common';
import { explain } from '@orrery/shared/contracts';
import { AppError } from '@orrery/shared/runtime';

/**
 * A person with a few terminals and a dashboard uses fewer than half of these. Each costs a connection and a share of
 * every event.
 */
const MOST_OF_A_TOKEN = 20;

/** How many streams each token has open. */
@Injectable()
export class OpenStreams {
  readonly #byToken = new Map<string, number>();

  /** Counts one more; call the result when it has ended. Throws AppError `too-many-streams`. */
  open(token: string): () => void {
    const count = this.#byToken.get(token) ?? 0;
    if (count >= MOST_OF_A_TOKEN)
      throw new AppError({
        kind: 'user',
        ...explain('too-many-streams/count', { count }),
        details: { retryAfter: 10 },
      });
    this.#byToken.set(token, count + 1);
    return () => {
      const left = (this.#byToken.get(token) ?? 1) - 1;
      if (left > 0) this.#byToken.set(token, left);
      else this.#byToken.delete(token);
    };
  }
}
