import type { CallId, CallReply } from '@orrery/shared/contracts';
import { keys } from '../journal/journal-keys.js';
import type { Journal } from '../journal/journal.js';

/** Number of replies kept to answer repeated calls. */
const KEPT = 256;

/**
 * At most once: the ID of a call is durable before any work is done for it. A repeated call gets the same reply while this
 * process lives. After a crash nobody knows how far the call got, so it is never run again.
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
      cause: 'this call was accepted before the agent restarted, and it is unknown how far it got',
    };
  }

  #forgetOldest(): void {
    const [oldest] = this.#replies.keys();
    if (oldest) this.#replies.delete(oldest);
  }
}
