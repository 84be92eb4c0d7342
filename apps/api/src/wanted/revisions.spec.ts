import { describe, expect, it } from '@jest/globals';
import { newId } from '@orrery/shared/runtime';
import { readRevisionNotice, revisionNotice } from './revisions.js';

describe('the notice of a new revision', () => {
  it('names the host and the revision', () => {
    const notice = { host: newId('hst'), revision: 12 };
    expect(readRevisionNotice(revisionNotice(notice))).toEqual(notice);
  });

  it('of another release, which names only the host, counts as newer than everything being sent', () => {
    const host = newId('hst');
    expect(readRevisionNotice(host)).toEqual({ host, revision: Number.POSITIVE_INFINITY });
  });
});
