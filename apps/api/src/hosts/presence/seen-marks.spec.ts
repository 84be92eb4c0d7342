import { describe, expect, it } from '@jest/globals';
import { newId } from '@orrery/shared/runtime';
import type { Heard } from './presence-board.js';
import { SEEN_EVERY_BEATS, SeenMarks } from './seen-marks.js';

const BEAT_MS = 5_000;
const beat: Heard = {
  ...{ host: newId('hst'), epoch: newId('epo'), revision: 3, digest: 'd', inventory: 'i' },
  at: 100_000,
};

describe('heartbeats that are written to the database', () => {
  const marked = () => {
    const marks = new SeenMarks(BEAT_MS);
    marks.put(beat);
    return marks;
  };

  it('are the first, and then an unchanged one only after six', () => {
    expect(new SeenMarks(BEAT_MS).isNews(beat)).toBe(true);
    expect(marked().isNews({ ...beat, at: beat.at + (SEEN_EVERY_BEATS - 1) * BEAT_MS })).toBe(false);
    expect(marked().isNews({ ...beat, at: beat.at + SEEN_EVERY_BEATS * BEAT_MS })).toBe(true);
  });

  it.each([{ revision: 4 }, { digest: 'e' }, { inventory: 'j' }, { epoch: newId('epo') }, { host: newId('hst') }])(
    'include a changed one at once: %j',
    (more) => expect(marked().isNews({ ...beat, ...more, at: beat.at + BEAT_MS })).toBe(true),
  );

  it('include every one after a closed epoch of the host was heard, or another replica led', () => {
    const [contested, led] = [marked(), marked()];
    contested.forget(beat.host);
    led.clear();
    for (const marks of [contested, led]) expect(marks.isNews({ ...beat, at: beat.at + BEAT_MS })).toBe(true);
  });
});
