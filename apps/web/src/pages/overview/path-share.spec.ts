import { describe, expect, it } from '@jest/globals';
import { shareOf } from './path-share.js';

const paths = (direct: number, relayed: number) =>
  Array.from({ length: direct + relayed }, (_, at) => ({
    ...{ node: `n${at}`, peer: 'p' },
    path: at < direct ? ('direct' as const) : ('relayed' as const),
  }));

describe('the share of direct paths', () => {
  it('is of all that are known', () => {
    expect(shareOf({ paths: paths(4, 2) })).toEqual({ all: 6, relayed: 2, percent: 66 });
    expect(shareOf({ paths: paths(3, 0) })).toMatchObject({ relayed: 0, percent: 100 });
  });

  it('is never whole while one is relayed', () => {
    expect(shareOf({ paths: paths(999, 1) })).toMatchObject({ percent: 99 });
  });

  it('is not said where no path is known, or not all of them', () => {
    expect(shareOf({ paths: [] })).toBeUndefined();
    expect(shareOf({ paths: paths(4, 2), morePaths: true })).toBeUndefined();
  });
});
