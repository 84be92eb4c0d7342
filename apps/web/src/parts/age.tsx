import { useSyncExternalStore } from 'react';
import { Clock } from './clock.js';
import { ageWord, clockWord } from './words.js';

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
