import { describe, expect, it } from '@jest/globals';
import { checkIfMatch, etag } from './etag.js';

describe('If-Match', () => {
  it.each([undefined, '*', '"3"', '"2", "3"', ' "3" ', '"3.oXY3-_aa"'])('lets %s change version 3', (ifMatch) => {
    expect(() => checkIfMatch(ifMatch, 3, 'host a')).not.toThrow();
  });

  it.each(['"2"', '3', 'W/"3"', '"33"', '"2.3"', '"3."', ''])('does not let %s change version 3', (ifMatch) => {
    expect(() => checkIfMatch(ifMatch, 3, 'host a')).toThrow(
      expect.objectContaining({
        code: 'revision-conflict',
        message: expect.stringContaining('host a is now at version 3'),
      }),
    );
  });

  it('accepts the ETag of an answer', () => {
    expect(() => checkIfMatch(etag(7), 7, 'host a')).not.toThrow();
  });
});
