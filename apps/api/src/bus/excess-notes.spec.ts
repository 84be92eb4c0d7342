import { describe, expect, it } from '@jest/globals';
import type { HostId } from '@orrery/shared/contracts';
import { ExcessNotes } from './excess-notes.js';

const A: HostId = 'hst_a';
const MINUTE = 60_000;

function notes(having: HostId[] = []): ExcessNotes {
  const made = new ExcessNotes();
  made.begin(having, 0);
  return made;
}
const end = (of: ExcessNotes, times: number, from: number, everyMs: number) =>
  Array.from({ length: times }, (_, turn) => of.ended(A, from + turn * everyMs));

describe('a host whose connections are ended', () => {
  it('is not named for as many as a cut link leaves behind, however long that continues', () => {
    const some = notes();
    end(some, 200, 0, 5_000);
    expect(some.due(1_000_000)).toEqual({ raise: [], clear: [] });
  });

  it('is named once for more, until five minutes after the last', () => {
    const some = notes();
    end(some, 20, 0, 100);
    expect(some.due(2_000)).toEqual({ raise: [A], clear: [] });
    some.raised(A);
    expect(some.due(4 * MINUTE)).toEqual({ raise: [], clear: [] });
    expect(some.due(6 * MINUTE)).toEqual({ raise: [], clear: [A] });
    some.cleared(A);
    expect(some.due(7 * MINUTE)).toEqual({ raise: [], clear: [] });
  });

  it('that an earlier run of the API named is cleared in due time', () => {
    const some = notes([A]);
    expect(some.due(4 * MINUTE)).toEqual({ raise: [], clear: [] });
    expect(some.due(6 * MINUTE)).toEqual({ raise: [], clear: [A] });
  });

  it('is cut off at a hundred within a minute, and then counted from nothing', () => {
    const some = notes();
    const cuts = end(some, 250, 0, 10);
    expect(cuts.flatMap((cut, turn) => (cut ? turn : []))).toEqual([99, 199]);
  });
});
