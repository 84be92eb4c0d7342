import { describe, expect, it } from '@jest/globals';
import { beaconOf, peerFile } from './peer-file.js';

const KEY = '79'.repeat(64);

describe('the file of a peer', () => {
  it('has the layout of zerotier-one 1.14.1: identity, version, and one path', () => {
    const file = peerFile(`e559f46769:0:${KEY}`, [{ ip: '172.29.1.11', port: 25_001 }]);
    expect(Buffer.from(file ?? []).toString('hex')).toBe(`02e559f4676900${KEY}00${'00'.repeat(8)}000104ac1d010b61a9`);
  });

  it('leaves out what is no IPv4 address, and counts what is left', () => {
    const file = peerFile(`e559f46769:0:${KEY}`, [
      { ip: 'fd00::1', port: 1 },
      { ip: '10.0.0.2', port: 9993 },
    ]);
    expect(
      Buffer.from(file ?? [])
        .subarray(-9)
        .toString('hex'),
    ).toBe('0001040a0000022709');
  });

  it.each([`e559f46769:0:${KEY}:${KEY}`, 'e559f46769:0:79', `e559f46769:1:${KEY}`, ''])(
    'is refused for %j',
    (identity) => {
      expect(peerFile(identity, [])).toBeUndefined();
    },
  );
});

describe('a beacon', () => {
  it('has thirteen bytes, of which the last five are the address', () => {
    expect(beaconOf('e559f46769').toString('hex')).toBe('0000000000000000e559f46769');
  });
});
