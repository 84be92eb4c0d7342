import { useSyncExternalStore } from 'react';
import { ageWord, clockWord } from './words.js';

const TICK_MS = 1000;

/** One clock for all ages on a page; it stands still when none is shown. */
class Clock {
  #now = Date.now();
  #timer: ReturnType<typeof setInterval> | undefined;
  readonly #listeners = new Set<() => void>();

  readonly now = (): number => this.#now;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    this.#timer ??= setInterval(() => this.#tick(), TICK_MS);
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size > 0) return;
      clearInterval(this.#timer);
      this.#timer = undefined;
    };
  };

  #tick(): void {
    this.#now = Date.now();
    for (const listener of this.#listeners) listener();
  }
}

const clock = new Clock();

/** Both clocks: that of whoever reads, and that of servers and logs. */
const timesOf = (at: string): string => {
  const time = new Date(at);
  return `${time.toLocaleString('en-GB')} (${time.toISOString().slice(11, 19)} UTC)`;
};

/** How long ago something was; the time itself on hover and for readers. */
export function Age({ at, ago = false }: { at: string; ago?: boolean }) {
  const word = useSyncExternalStore(clock.subscribe, () => ageWord(clock.now() - Date.parse(at)));
  return (
    <time dateTime={at} title={timesOf(at)}>
      {ago ? (word === 'now' ? 'just now' : `${word} ago`) : word}
    </time>
  );
}

export function Clocked({ at, className }: { at: string; className?: string }) {
  return (
    <time dateTime={at} title={timesOf(at)} className={className}>
      {clockWord(at, Date.now())}
    </time>
  );
}
