import { describe, expect, it } from '@jest/globals';
import { readWay } from './way-towards.js';

const way = (route: object) => readWay(JSON.stringify([{ dst: '10.81.0.5', flags: [], ...route }]));

describe('the output of ip route get', () => {
  it('yields the device, and whether a router is on the way', () => {
    expect(way({ dev: 'zt2wvxsckz', prefsrc: '10.81.0.75' })).toEqual({
      ...{ kind: 'device', device: 'zt2wvxsckz', isOnLink: true },
    });
    expect(way({ dev: 'eth0', gateway: '172.17.0.1' })).toMatchObject({ device: 'eth0', isOnLink: false });
    expect(way({ dev: 'eth0', via: { family: 'inet6', host: 'fe80::1' } })).toMatchObject({ isOnLink: false });
  });

  it('recognizes an own address, and one that nothing is sent to', () => {
    expect(way({ dev: 'lo', type: 'local' })).toEqual({ kind: 'own' });
    expect(way({ dev: 'lo', type: 'blackhole' })).toMatchObject({ kind: 'none' });
  });
});
