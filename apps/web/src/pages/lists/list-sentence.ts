import type { State } from '../../parts/mark.js';
import type { Standing } from '../../parts/states.js';
import { capital, countWord, listed } from '../../parts/words.js';

const ORDER: readonly State[] = ['failed', 'away', 'waiting', 'working', 'unknown'];
const SAID: Partial<Record<State, string>> = { away: 'unreachable', working: 'on its way' };

/** `Two hosts are unreachable and one is paused; the other 37 are online`. Pure. */
export function listSentence(standings: readonly Standing[], noun: string, fine: string): string {
  if (standings.length === 0) return `No ${noun}s yet`;
  const groups = groupsOf(standings);
  const rest = standings.length - groups.reduce((sum, { count }) => sum + count, 0);
  const figures = [...groups.map(({ count }) => count), rest].some((count) => count > 9);
  const count = (number: number) => countWord(number, figures);
  if (groups.length === 0) return allFine(standings.length, count, noun, fine);
  const parts = groups.map(({ said, count: number }, at) => {
    const subject = at === 0 ? `${count(number)} ${noun}${number === 1 ? '' : 's'}` : count(number);
    // `never connected` and `failed` are verbs already.
    return said === 'failed' || said.startsWith('never ')
      ? `${subject} ${said}`
      : `${subject} ${number === 1 ? 'is' : 'are'} ${said}`;
  });
  const others =
    rest === 0 || fine === '' ? '' : `; the other ${rest === 1 ? `${noun} is` : `${count(rest)} are`} ${fine}`;
  return capital(listed(parts)) + others;
}

function allFine(all: number, count: (number: number) => string, noun: string, fine: string): string {
  if (all === 1) return `The one ${noun} is ${fine}`;
  return all === 2 ? `Both ${noun}s are ${fine}` : `All ${count(all)} ${noun}s are ${fine}`;
}

/** What is not fine, the worst first; of one state with several words only the state is said. */
function groupsOf(standings: readonly Standing[]): { said: string; count: number }[] {
  return ORDER.flatMap((state) => {
    const these = standings.filter(({ is }) => is === state);
    if (these.length === 0) return [];
    const words = new Set(these.map(({ word }) => word));
    const [only] = words.size === 1 ? [...words] : [];
    const isPlain = only !== undefined && /^[a-z ]+$/.test(only);
    return [{ said: isPlain ? only : (SAID[state] ?? state), count: these.length }];
  });
}
