import type { CallId, CallReply } from '@orrery/shared/contracts';
import { keys } from '../journal/journal-keys.js';
import type { Journal } from '../journal/journal.js';

/** How many replies are kept for repetitions of a call. */
const KEPT = 256;

/**
 * At most once: the id of a call is durable before anything is done for it. The same call again gets the same reply while this
 * process lives; after a crash nobody knows how far it came, and it is never simply done again.
 */
export class CallLedger {
  readonly #replies = new Map<CallId, Promise<CallReply>>();

  constructor(private readonly journal: Journal) {}

  once(id: CallId, expiresAt: string, work: () => Promise<CallReply>): Promise<CallReply> {
    const known = this.#replies.get(id);
    if (known) return known;
    const reply = this.#claim(id, expiresAt, work);
    this.#replies.set(id, reply);
    if (this.#replies.size > KEPT) this.#forgetOldest();
    return reply;
  }

  async #claim(id: CallId, expiresAt: string, work: () => Promise<CallReply>): Promise<CallReply> {
    const isNew = await this.journal.claim(keys.call(id), { expiresAt });
    if (isNew) return work();
    return {
      result: 'problem',
      code: 'outcome-unknown',
      cause: 'this call was taken in before the agent was started anew; how far it came is not known',
    };
  }

  #forgetOldest(): void {
    const [oldest] = this.#replies.keys();
    if (oldest) this.#replies.delete(oldest);
  }
}
