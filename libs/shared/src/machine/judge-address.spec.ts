import { describe, expect, it } from '@jest/globals';
import { judgeAddress, judgeWay } from './judge-address.js';

describe('an address', () => {
  it.each(['127.0.0.1', '127.8.8.8', '0.0.0.0', '169.254.169.254', '224.0.0.251', '255.255.255.255', '240.0.0.1'])(
    '%s is never probed, plain or wrapped in IPv6',
    (address) => {
      for (const one of [address, `::ffff:${address}`, `64:ff9b::${address}`])
        expect(judgeAddress(one)?.code).toBe('address-not-probed');
    },
  );
  it.each(['::1', '::', 'fe80::1', 'febf::1', 'ff02::fb', 'fd00:ec2::254'])('%s is never probed', (address) => {
    expect(judgeAddress(address)?.code).toBe('address-not-probed');
  });
  it.each(['10.1.2.3', '29.44.1.2', '192.168.1.1', '1.1.1.1', 'fd00::1', 'fc12:3456::1', '2001:db8::1'])(
    '%s may be probed',
    (address) => expect(judgeAddress(address)).toBeUndefined(),
  );
});

describe('a route', () => {
  const over = (device: string) => ({ kind: 'device', device, isOnLink: true }) as const;

  it('must use an interface of ZeroTier, unless the host allows more', () => {
    expect(judgeWay('10.1.2.3', over('zt2wvxsckz'), false)).toBeUndefined();
    const refused = judgeWay('10.1.2.3', over('eth0'), false);
    expect([refused?.code, refused?.cause]).toEqual(['outside-networks', expect.stringContaining('over eth0')]);
    expect(judgeWay('10.1.2.3', over('ztfake'), false)?.code).toBe('outside-networks');
    expect(judgeWay('10.1.2.3', over('eth0'), true)).toBeUndefined();
  });

  it('to the node itself is outside its networks, and a missing route is reported as such', () => {
    expect(judgeWay('10.1.2.3', { kind: 'own' }, false)?.code).toBe('outside-networks');
    expect(judgeWay('10.1.2.3', { kind: 'own' }, true)).toBeUndefined();
    const none = judgeWay('10.1.2.3', { kind: 'none', cause: 'Network is unreachable' }, true);
    expect([none?.code, none?.cause]).toEqual(['no-route', expect.stringContaining('Network is unreachable')]);
  });
});
