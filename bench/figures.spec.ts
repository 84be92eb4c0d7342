import { describe, expect, it } from '@jest/globals';
import type { AboutMachine } from './about-machine.js';
import { Figures, figuresText } from './figures.js';

const machine: AboutMachine = {
  ...{ processor: 'cpu', processors: 2, memoryGb: 8, system: 'Linux', load: 0.1, versions: { node: '20' } },
  zerotier: { image: 'some/image', isStandIn: true },
};

describe('figures', () => {
  it('are reported in order, with goals that are met or not, and with failures', () => {
    const figures = new Figures();
    figures.add('slow', 4_000, { median: 3_000, most: 5_000 });
    figures.add('quick', 1_000, { median: 3_000 });
    figures.add('slow', 6_000);
    figures.add('beside', 9_000);
    figures.failures.push('by hand in round 2: no answer');
    const lines = figuresText(figures.report('burst', machine, new Date(0))).split('\n');
    expect(lines[1]).toContain('STAND-IN (some/image)');
    expect(lines.slice(5)).toEqual([
      expect.stringMatching(
        /^slow +5\.00 s \(4\.50 to 5\.50, most 6\.00; 2\) {2}goal at most 3\.00 s: NOT MET {2}goal for all at most 5\.00 s: NOT MET$/,
      ),
      expect.stringMatching(/^quick +1\.00 s .* goal at most 3\.00 s: met$/),
      expect.stringMatching(/^beside +9\.00 s \(9\.00 to 9\.00, most 9\.00; 1\)$/),
      'FAILED: by hand in round 2: no answer',
    ]);
  });
});
