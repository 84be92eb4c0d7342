import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { Strangers } from './strangers.js';
import { REAL_TIMING } from './timing.js';

const recorded = JSON.parse(
  readFileSync(new URL('../../../../test/support/zerotier/recordings/strangers.json', import.meta.url), 'utf8'),
) as { starts: Record<string, number[]> };

const HERE = '172.18.0.';

/** When a root hears each of eight nodes that start at once and greet it every five seconds, in milliseconds. */
function heardAt(root: Strangers, isMentioned: boolean): number[] {
  const waiting = new Set(Array.from({ length: 8 }, (_, index) => `00c0ffee0${index}`));
  if (isMentioned) for (const node of waiting) root.knows(node, 0);
  const heard: number[] = [];
  for (let round = 300; waiting.size > 0 && round < 120_000; round += REAL_TIMING.round)
    for (const [index, node] of [...waiting].entries())
      if (root.admits(node, true, `172.18.0.${index}`, round + index)) {
        heard.push(round);
        waiting.delete(node);
      }
  return heard;
}

describe('strangers', () => {
  it.each([
    ['nothing', false, false],
    ['file and beacon at the root', true, true],
  ])('are accepted as recorded: %s', (what, hasFile, isMentioned) => {
    const times = heardAt(new Strangers(() => hasFile), isMentioned);
    for (const [place, seconds] of (recorded.starts[what] ?? []).entries())
      expect(Math.abs((times[place] ?? NaN) / 1000 - seconds)).toBeLessThan(4);
  });

  it('gain nothing from a file when the daemon has not looked for them', () => {
    const root = new Strangers(() => true);
    expect(root.admits('00c0ffee00', true, `${HERE}1`, 0)).toBe(true);
    expect(root.admits('00c0ffee01', true, `${HERE}2`, 100)).toBe(false);
    expect(root.admits('00c0ffee01', true, `${HERE}2`, 200)).toBe(true);
  });

  it('are forgotten by the housekeeping when they sent nothing, and after 500 s of silence', () => {
    const root = new Strangers((address) => address === '00c0ffee01');
    expect(root.admits('00c0ffee00', true, `${HERE}1`, 0)).toBe(true);
    expect([root.knows('00c0ffee01', 100), root.knows('00c0ffee01', 200)]).toEqual([false, true]);
    expect(root.knows('00c0ffee01', 31_000)).toBe(false);
    expect(root.knows('00c0ffee00', 499_000)).toBe(true);
    expect(root.knows('00c0ffee00', 531_000)).toBe(false);
  });

  it('do not wait for each other when they are in different /24s, and are accepted only by a greeting', () => {
    const root = new Strangers(() => false);
    expect(root.admits('00c0ffee00', false, '172.18.0.1', 0)).toBe(false);
    expect(root.admits('00c0ffee00', true, '172.18.0.1', 0)).toBe(true);
    expect(root.admits('00c0ffee00', false, '172.18.0.1', 1)).toBe(true);
    expect(root.admits('00c0ffee01', true, '172.18.1.1', 1)).toBe(true);
    expect(root.admits('00c0ffee02', true, '172.18.1.2', 2)).toBe(false);
  });
});
