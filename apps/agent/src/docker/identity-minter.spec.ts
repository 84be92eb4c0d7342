import { describe, expect, it } from '@jest/globals';
import { inspect } from 'node:util';
import { secretsFrom } from './identity-minter.js';

/** The output of `zerotier-idtool generate` in 1.14.1, which has no final newline. */
const LINE =
  '58dbe3b9cc:0:6f6071ac18c8d70537e129bf54142fab7ea14280824ac35e39214ab0f819bc6c64e5c10b8cf42b14afaa371aeff5d1619b3ec5750eba3824529810d2dad25761:d1411803225b63ed35af24853818c93cafb4e02fe8d3f23dd89a813908c7cbf0a21d5f367d61e53e2e58de83781cfae3e61a7ed0249f77a17c250d9801d61dda';
const codeOf = (stdout: string, exitCode: number, stderr = '') => {
  try {
    secretsFrom({ stdout, stderr }, exitCode, 'img');
  } catch (error) {
    return (error as { code: string }).code;
  }
  return undefined;
};

describe('the output of idtool', () => {
  it('is read as an identity with its address and a new token', () => {
    const first = secretsFrom({ stdout: LINE, stderr: '' }, 0, 'img');
    const second = secretsFrom({ stdout: `${LINE}\n`, stderr: '' }, 0, 'img');
    expect(first).toMatchObject({ address: '58dbe3b9cc', identityPublic: LINE.slice(0, 141) });
    expect(second.identitySecret.reveal()).toBe(LINE);
    expect(first.authToken.reveal()).toMatch(/^[a-z0-9]{24}$/);
    expect(first.authToken.reveal()).not.toBe(second.authToken.reveal());
    expect(inspect(first, { depth: 9 })).not.toContain(LINE.slice(142));
  });

  it.each([
    ['nothing', '', 0],
    ['a line that is too short', LINE.slice(0, -1), 0],
    ['a reserved address', `ff${LINE.slice(2)}`, 0],
    ['an identity, and then failed', LINE, 1],
    ['two identities', `${LINE}\n${LINE}`, 0],
  ])('is refused when it printed %s', (_what, stdout, exitCode) => {
    expect(codeOf(stdout, exitCode)).toBe('image-unsuitable');
  });

  it('distinguishes an image for another architecture from one without idtool', () => {
    expect(codeOf('', 255, 'exec /usr/sbin/zerotier-idtool: exec format error')).toBe('image-architecture');
    expect(codeOf('', 127, 'not found')).toBe('image-unsuitable');
  });
});
