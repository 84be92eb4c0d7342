import type { State } from '../../parts/mark.js';
import type { Standing } from '../../parts/states.js';
import { capital, countWord, listed } from '../../parts/words.js';

const ORDER: readonly State[] = ['failed', 'away', 'waiting', 'working', 'unknown'];

/** What is said of one thing, and of several. */
type Said = readonly [one: string, many: string];

const be = (word: string): Said => [`is ${word}`, `are ${word}`];
const both = (verb: string): Said => [verb, verb];

/** Words that say more than the state, as a person says them. Others, such as codes, are for tables. */
const OF_WORD: Readonly<Record<string, Said>> = {
  ...Object.fromEntries(
    ['revoked', 'paused', 'offline', 'down', 'leaving', 'absent', 'queued', 'restarting', 'dead', 'being removed'].map(
      (word) => [word, be(word)],
    ),
  ),
  ...Object.fromEntries(['not announced', 'not attached', 'not applied yet'].map((word) => [word, be(word)])),
  'never connected': both('never connected'),
  'waits for a person': ['waits for a person', 'wait for a person'],
  denied: ['was denied', 'were denied'],
  'without effect': ['has a label without effect', 'have labels without effect'],
  'not asked yet': ['has not been asked yet', 'have not been asked yet'],
  moved: both('moved'),
  exited: both('exited'),
  cancelled: ['was cancelled', 'were cancelled'],
  superseded: ['was superseded', 'were superseded'],
};

const OF_STATE: Partial<Record<State, Said>> = {
  failed: both('failed'),
  away: be('unreachable'),
  waiting: be('waiting'),
  working: ['is on its way', 'are on their way'],
  unknown: be('in an unknown state'),
};

/** What is said of some nouns otherwise: a network has no outcome that could fail, and a finding waits for nothing. */
const OF_NOUN: Readonly<Record<string, Partial<Record<State, Said>>>> = {
  network: {
    failed: be('in trouble'),
    waiting: ['has nodes that wait', 'have nodes that wait'],
    working: ['has nodes on their way', 'have nodes on their way'],
  },
  route: { failed: be('in trouble'), waiting: ['has a warning', 'have warnings'] },
  finding: {
    failed: ['is an error', 'are errors'],
    waiting: ['is a warning', 'are warnings'],
    unknown: ['is only a note', 'are only notes'],
  },
};

/** `Two hosts are unreachable and one is paused; the other 37 are online`. Pure. */
export function listSentence(standings: readonly Standing[], noun: string, fine: string): string {
  if (standings.length === 0) return `No ${noun}s yet`;
  const groups = groupsOf(standings, noun);
  const rest = standings.length - groups.reduce((sum, { count }) => sum + count, 0);
  const figures = [...groups.map(({ count }) => count), rest].some((count) => count > 9);
  const count = (number: number) => countWord(number, figures);
  if (groups.length === 0) return allFine(standings.length, count, noun, fine);
  const parts = groups.map(({ said: [one, many], count: number }, at) => {
    const subject = at === 0 ? `${count(number)} ${noun}${number === 1 ? '' : 's'}` : count(number);
    return `${subject} ${number === 1 ? one : many}`;
  });
  const others =
    rest === 0 || fine === '' ? '' : `; the other ${rest === 1 ? `${noun} is` : `${count(rest)} are`} ${fine}`;
  return capital(listed(parts)) + others;
}

function allFine(all: number, count: (number: number) => string, noun: string, fine: string): string {
  if (all === 1) return `The one ${noun} is ${fine}`;
  return all === 2 ? `Both ${noun}s are ${fine}` : `All ${count(all)} ${noun}s are ${fine}`;
}

/** What is not fine by what is said of it, the worst state first. */
function groupsOf(standings: readonly Standing[], noun: string): { said: Said; count: number }[] {
  const groups = new Map<string, { said: Said; count: number }>();
  for (const state of ORDER)
    for (const { is, word } of standings) {
      if (is !== state) continue;
      // The words of findings are codes.
      const exact = noun === 'finding' ? undefined : OF_WORD[word ?? ''];
      const said = exact ?? OF_NOUN[noun]?.[state] ?? OF_STATE[state] ?? be(state);
      const group = groups.get(said[0]);
      if (group) group.count++;
      else groups.set(said[0], { said, count: 1 });
    }
  return [...groups.values()];
}
