import { describe, expect, it } from '@jest/globals';
import type { AboutMachine } from '../about-machine.js';
import { launchReport } from './report.js';
import { reportText } from './report-text.js';
import type { Measured } from './rounds.js';
import type { Sample } from './ways.js';

const machine: AboutMachine = {
  ...{ processor: 'cpu', processors: 2, memoryGb: 8, system: 'Linux', load: 0.1, versions: { node: '20' } },
  zerotier: { image: 'some/image', isStandIn: true },
};

/** A round in which everything takes `factor` times as long. */
const round = (number: number, factor: number): Sample[] => {
  const times = (points: Record<string, number>) =>
    Object.fromEntries(Object.entries(points).map(([name, ms]) => [name, ms * factor]));
  const engine = { created: 100, 'files uploaded': 150, started: 350, 'address in the kernel': 850 };
  const warm = { 'command committed': 200, 'command done in Postgres': 1100, 'orrery ended': 1200 };
  return [
    { way: 'engine', round: number, points: times(engine) },
    { way: 'by-hand', round: number, points: times({ created: 100, 'address in the kernel': 6000 }) },
    { way: 'warm', round: number, points: times(warm) },
    { way: 'cold', round: number, points: times({ ...warm, 'orrery ended': 1800 }) },
  ];
};
const report = (measured: Partial<Measured>) =>
  launchReport({ samples: [], failures: [], ...measured }, machine, new Date(0));

describe('the report of launches', () => {
  const { bare, ratios, ways, rounds } = report({ samples: [...round(1, 1), ...round(2, 3), ...round(3, 1)] });

  it('counts create, start and the daemon as bare, but not the upload', () => {
    expect([rounds, bare?.median]).toEqual([3, 800]);
  });

  it('compares within a round, so that ratios do not change when a round is slow', () => {
    expect(ratios.map(({ ratio }) => [ratio.least, ratio.most])).toEqual([
      [1.5, 1.5],
      [1.125, 1.125],
      [5, 5],
      [1.5, 1.5],
      [1, 1],
    ]);
    expect(ways.map(({ way, total }) => [way, total.median, total.most])).toEqual([
      ['engine', 850, 2550],
      ['by-hand', 6000, 18_000],
      ['warm', 1200, 3600],
      ['cold', 1800, 5400],
    ]);
  });

  it('compares the second launch, which is the first counted, with the median of all', () => {
    const slow = report({ samples: [...round(1, 2), ...round(2, 1), ...round(3, 1)] });
    expect(slow.ratios.at(-1)).toMatchObject({ name: expect.stringContaining('second'), ratio: { median: 2 } });
    const without = report({ samples: round(2, 1) });
    expect(without.ratios.map(({ name }) => name)).not.toContainEqual(expect.stringContaining('second'));
  });

  it('reports which goals are met, and that the stand-in was measured', () => {
    const text = reportText(report({ samples: round(1, 1) }));
    expect(text).toMatch(/^warm \/ \(create.* 1\.50 .*goal at most 1\.25: NOT MET$/m);
    expect(text).toMatch(/^warm from commit.* 1\.13 .*goal at most 1\.25: met$/m);
    expect(text).toMatch(/^the second warm.* 1\.00 .*goal at most 1\.25: met$/m);
    expect(text).toMatch(/^by hand \/ warm.* 5\.00 .*goal at least 4: met$/m);
    expect(text).toContain('zerotier-one: STAND-IN (some/image)');
  });

  it('excludes a round from the ratios when it lacks a figure, and names what failed', () => {
    const failures = [{ way: 'warm' as const, round: 2, cause: 'Error: away' }];
    const samples = [...round(1, 1), ...round(2, 3).filter(({ way }) => way !== 'warm')];
    const part = report({ samples, failures });
    expect(part.ratios.map(({ name, ratio }) => [name, ratio.count])).toContainEqual(['by hand / warm', 1]);
    expect(part.ways.find(({ way }) => way === 'by-hand')?.total.count).toBe(2);
    expect(reportText(part)).toContain('FAILED: warm in round 2: Error: away');
  });

  it('has no figures when nothing was measured', () => {
    expect(report({})).toMatchObject({ rounds: 0, ways: [], ratios: [], bare: undefined });
  });
});
