import { describe, expect, it } from '@jest/globals';
import { MAX_ATTENTION } from '@orrery/shared/contracts';
import { firstOf, found, type Placed } from './attention.js';

const finding = (host: string, place: number, severity: Placed['severity'] = 'error', cause = 'because') =>
  found({ host, severity, code: 'unexpected', cause, place });
const many = (host: string, count: number) => Array.from({ length: count }, (_, at) => finding(host, at + 1));

describe('firstOf', () => {
  it('shows the worst first, and the first of each host before the second of any', () => {
    const list = [
      ...many('attacker', 3),
      finding('calm', 1),
      finding('calm', 2, 'info'),
      finding('warned', 1, 'warning'),
    ];
    expect(firstOf(list).map(({ severity, what }) => `${severity} ${what.split(':')[0]}`)).toEqual([
      'error attacker',
      'error calm',
      'error attacker',
      'error attacker',
      'warning warned',
      'info calm',
    ]);
  });

  it('has a bounded number of bounded texts: less than 256 KiB, whatever hosts report', () => {
    const cause = '\u{10ffff}'.repeat(100_000);
    const list = Array.from({ length: 500 }, (_, at) => finding('h'.repeat(63), at, 'error', cause));
    const shown = firstOf(list);
    expect(shown).toHaveLength(MAX_ATTENTION);
    expect(Buffer.byteLength(JSON.stringify(shown))).toBeLessThan(256 * 1024);
  });
});
