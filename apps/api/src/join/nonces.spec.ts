import { describe, expect, it } from '@jest/globals';
import { Secret } from '@orrery/shared/runtime';
import { Nonces } from './proofs.js';

describe('a nonce', () => {
  let now = 1_700_000_000_000;
  const nonces = new Nonces(new Secret('one'), () => now);

  it('is valid for a minute, and always unique', () => {
    const nonce = nonces.issue();
    expect(nonces.isGood(nonce)).toBe(true);
    expect(nonces.issue()).not.toBe(nonce);
    now += 59_000;
    expect(nonces.isGood(nonce)).toBe(true);
    now += 1_000;
    expect(nonces.isGood(nonce)).toBe(false);
  });

  it('is valid only as it was created here', () => {
    const nonce = nonces.issue();
    const [until = '', random = '', code = ''] = nonce.split('.');
    const later = (Number.parseInt(until, 36) + 60_000).toString(36);
    const foreign = new Nonces(new Secret('other'), () => now).issue();
    for (const wrong of [
      '',
      'x',
      '..',
      `${later}.${random}.${code}`,
      `${until}.x.${code}`,
      `${until}.${random}.`,
      foreign,
    ])
      expect([wrong, nonces.isGood(wrong)]).toEqual([wrong, false]);
    expect(nonces.isGood(nonce)).toBe(true);
  });
});
