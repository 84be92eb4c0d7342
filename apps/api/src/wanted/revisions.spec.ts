import { describe, expect, it } from '@jest/globals';
import { newId } from '@orrery/shared/runtime';
import { readRevisionNotice, revisionNotice } from './revisions.js';

describe('the notice of a new revision', () => {
  it('says whose it is and which', () => {
    const notice = { host: newId('hst'), revision: 12 };
    expect(readRevisionNotice(revisionNotice(notice))).toEqual(notice);
  });

  it('of another release, which names the host alone, is never older than what is on its way', () => {
    const host = newId('hst');
    expect(readRevisionNotice(host)).toEqual({ host, revision: Number.POSITIVE_INFINITY });
  });
});
