import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { jsonText, safeText } from './safe-text.js';

const obeyed = /[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]/u;
/** Equivalent to `fc.string` with the unit `binary`, without the second that it spends on a map of all code points. */
const codePoint = fc.oneof(fc.integer({ max: 0xd7ff, min: 0 }), fc.integer({ min: 0xe000, max: 0x10ffff }));
const anything = fc.array(codePoint, { maxLength: 50 }).map((points) => String.fromCodePoint(...points));
const nasty = fc.stringMatching(/^[\u0000-\u0020\u007f-\u00a0\u200b-\u2070\ufeffa]{0,20}$/u);

describe('safeText', () => {
  it('keeps ordinary text', () => {
    for (const text of ['web-1', 'Büro Köln', '日本', '👍', 'a  b', '']) expect(safeText(text)).toBe(text);
  });

  it.each([
    ['\u001b]0;title\u0007', '\\x1b]0;title\\x07'],
    ['a\nb', 'a\\x0ab'],
    ['\u202eexe.txt', '\\u{202e}exe.txt'],
    ['\u{e0041}', '\\u{e0041}'],
    ['\ud800', '\\u{d800}'],
  ])('makes %j visible', (text, shown) => {
    expect(safeText(text)).toBe(shown);
  });

  it('never passes on a terminal control character', () => {
    fc.assert(fc.property(fc.oneof(anything, nasty), (text) => void expect(safeText(text)).not.toMatch(obeyed)));
  });
});

describe('jsonText', () => {
  it('is the same value, without terminal control characters except line ends', () => {
    fc.assert(
      fc.property(fc.oneof(anything, nasty), fc.json(), (text, json) => {
        const value = { [text]: [text, JSON.parse(json) as unknown] };
        const printed = jsonText(value);
        expect(JSON.parse(printed)).toEqual(JSON.parse(JSON.stringify(value)));
        expect(printed.replaceAll('\n', '')).not.toMatch(obeyed);
      }),
    );
  });

  it('is one line when asked for', () => {
    expect(jsonText({ a: ['x\ny'] }, 0)).toBe('{"a":["x\\ny"]}');
  });
});
