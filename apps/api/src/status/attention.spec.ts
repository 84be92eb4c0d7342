import { describe, expect, it } from '@jest/globals';
import { MAX_ATTENTION } from '@orrery/shared/contracts';
import { firstOf, found, unsettled, type Placed } from './attention.js';

const finding = (host: string, place: number, severity: Placed['severity'] = 'error', cause = 'because') =>
  found({ host, severity, code: 'unexpected', cause, place });
const many = (host: string, count: number) => Array.from({ length: count }, (_, at) => finding(host, at + 1));

describe('an unsettled item', () => {
  const outcome = { kind: 'waiting' as const, code: 'workload' as const, cause: 'not there', fix: 'start it' };
  it.each([
    ['attachment', null, 'attachment web-1/db waits: workload', 'orrery container get web-1/db'],
    ['container', null, 'container web-1/db waits: workload', 'orrery container get web-1/db'],
    ['membership', 'lab', 'web-1/db in lab waits: workload', 'orrery membership get web-1/db lab'],
  ] as const)('of kind %s is named with the command that shows it', (kind, network, what, next) => {
    expect(unsettled({ kind, name: 'web-1/db', network, outcome, place: 1 })).toMatchObject([{ what, next }]);
  });
});

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
