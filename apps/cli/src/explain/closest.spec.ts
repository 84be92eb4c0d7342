import { describe, expect, it } from '@jest/globals';
import { closest, explainedCodes } from '@orrery/shared/contracts';

describe('closest', () => {
  it.each([
    ['tun', 'tun-missing'],
    ['autorization', 'authorization'],
    ['unkown-host', 'unknown-host'],
  ])('to %s finds %s', (text, code) => {
    expect(closest(text, explainedCodes())).toContain(code);
  });

  it('finds nothing when no code is similar, and never more than three', () => {
    expect(closest('xyzzy', explainedCodes())).toEqual([]);
    expect(closest('unknown', explainedCodes())).toHaveLength(3);
  });
});
