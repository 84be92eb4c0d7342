import { describe, expect, it } from '@jest/globals';
import { CliError } from '../errors/cli-error.js';
import { durationText, parseDuration } from './duration.js';

describe('a duration', () => {
  it.each([
    ['500ms', 500],
    ['90s', 90_000],
    ['2m', 120_000],
    ['1h30m', 5_400_000],
    ['1d', 86_400_000],
  ])('%s is %d ms', (text, ms) => {
    expect(parseDuration(text)).toBe(ms);
  });

  it.each(['', '2', 'm', '2 m', '-2m', '2m!', '1.5h', 'soon'])('is not %j', (text) => {
    expect(() => parseDuration(text)).toThrow(CliError);
  });

  it.each([
    [1, '1s'],
    [90, '1m30s'],
    [86_400, '1d'],
    [93_784, '1d2h3m4s'],
  ])('of %d s is written %s, and read again the same', (seconds, text) => {
    expect(durationText(seconds)).toBe(text);
    expect(parseDuration(text)).toBe(seconds * 1000);
  });

  it('that there is none of is no text', () => {
    expect(durationText(null)).toBe('');
  });
});
