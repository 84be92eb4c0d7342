import { describe, expect, it } from '@jest/globals';
import { allowManagedList, sameList, settingsFile } from './settings-file.js';

const plain = { allowManaged: true, allowGlobal: false, allowDefault: true, allowDNS: false };

describe('the settings file of a network', () => {
  it('holds flags as the daemon writes them, or a list', () => {
    expect(settingsFile(plain)).toBe('allowManaged=1\nallowGlobal=0\nallowDefault=1\nallowDNS=0\n');
    expect(settingsFile({ ...plain, allowManaged: ['10.0.0.0/8', 'fd00::/8'] })).toMatch(
      /^allowManaged=10\.0\.0\.0\/8,fd00::\/8\n/,
    );
  });

  it.each([
    ['allowManaged=1\n', null],
    ['allowManaged=false\n', null],
    ['allowGlobal=1\n', null],
    ['', null],
    [undefined, null],
    ['allowGlobal=0\nallowManaged=10.0.0.0/8, 10.1.0.0/16\n', ['10.0.0.0/8', '10.1.0.0/16']],
  ])('%j has the list %j', (text, list) => {
    expect(allowManagedList(text)).toEqual(list);
  });

  it('holds the same list in any order, and no list is not an empty one', () => {
    expect(sameList(['a', 'b'], ['b', 'a'])).toBe(true);
    expect(sameList(['a'], ['a', 'b'])).toBe(false);
    expect(sameList(null, null)).toBe(true);
    expect(sameList(null, [])).toBe(false);
  });
});
