import { describe, expect, it } from '@jest/globals';
import { CliError } from '../errors/cli-error.js';
import { apiDuration, parseDuration } from './duration.js';

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
    ['90s', '1m30s'],
    ['24h', '1d'],
    ['1500ms', '2s'],
  ])('of %s goes to the API as %s', (text, sent) => expect(apiDuration(text)).toBe(sent));
});
