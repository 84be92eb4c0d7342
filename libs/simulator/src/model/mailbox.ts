import type { Message } from './messages.js';

interface Letter {
  readonly at: number;
  readonly message: Message;
}

/** Messages in transit, each with its time of arrival. Messages for a paused node wait for it, as in a socket's buffer. */
export class Mailbox {
  private letters: Letter[] = [];

  constructor(private readonly latency: number) {}

  post(messages: readonly Message[], now: number, extra = 0): void {
    for (const message of messages) this.letters.push({ at: now + this.latency + extra, message });
  }

  nextAt(paused: ReadonlySet<string>): number {
    const open = this.letters.filter(({ message }) => !paused.has(message.to));
    return Math.min(Number.POSITIVE_INFINITY, ...open.map(({ at }) => at));
  }

  /** The messages that have arrived by now, in order of arrival. */
  take(now: number, paused: ReadonlySet<string>): Message[] {
    const due = (letter: Letter): boolean => letter.at <= now && !paused.has(letter.message.to);
    const arrived = this.letters.filter(due).sort((a, b) => a.at - b.at);
    this.letters = this.letters.filter((letter) => !due(letter));
    return arrived.map(({ message }) => message);
  }

  dropFor(address: string): void {
    this.letters = this.letters.filter(({ message }) => message.to !== address);
  }
}
