import { describe, expect, it } from '@jest/globals';
import { isDeeperThan } from './json-body.js';

describe('the nesting depth of a JSON text', () => {
  it.each([
    ['1', 0],
    ['"[[[["', 0],
    ['[]', 1],
    ['{"a":[1,{"b":"]}"},[2]]}', 3],
    ['{"\\"[[[":"\\\\"}', 1],
    ['[[],[],[[]]]', 3],
  ])('%s is %i deep', (text, depth) => {
    JSON.parse(text);
    expect(isDeeperThan(text, depth)).toBe(false);
    if (depth > 0) expect(isDeeperThan(text, depth - 1)).toBe(true);
  });
});
