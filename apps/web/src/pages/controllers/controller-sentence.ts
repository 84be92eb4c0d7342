import type { Shape } from '../../api/client.js';
import { countWord } from '../../parts/words.js';

/** The title of a controller: whether it answers, and why not. Pure. */
export function controllerSentence({ name, state, cause, networks }: Shape<'Controller'>): string {
  const keeps =
    networks === 0
      ? 'no network is kept on it'
      : `Orrery keeps ${networks === 1 ? 'one network' : `${countWord(networks, networks > 9)} networks`} on it`;
  if (state === 'up') return `${name} answers, and ${keeps}`;
  if (state === 'unknown') return `${name} was not asked yet`;
  const said = { away: 'does not answer', absent: 'has no controller', moved: 'has another address' }[state];
  return `${name} ${said}${cause ? `: ${cause}` : ''}`;
}
