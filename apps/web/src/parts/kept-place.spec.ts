import { describe, expect, it } from '@jest/globals';
import { movedBy } from './kept-place.js';

const BEFORE = ['a', 'b', 'c', 'd', 'e'];

describe('the rows that somebody reads', () => {
  it.each<[string, string[], number]>([
    ['move down when rows appear above them', ['x', 'a', 'y', 'b', 'c', 'd', 'e'], 2],
    ['move up when rows above them vanish', ['b', 'c', 'd', 'e'], -1],
    ['stay when rows appear and vanish below them', ['a', 'b', 'c', 'e', 'f'], 0],
    ['are followed by the next when the first of them vanishes', ['x', 'a', 'b', 'd', 'e'], 0],
    ['stay where they are when none of them is left', ['x', 'y'], 0],
  ])('%s', (_title, after, by) => {
    expect(movedBy(BEFORE, after, 2)).toBe(by);
  });
});
