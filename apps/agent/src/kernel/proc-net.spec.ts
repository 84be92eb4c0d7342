import { describe, expect, it } from '@jest/globals';
import { markOf, parseProcUdp, parseProcNet } from './proc-net.js';

/** What the script prints in a container with one network, on a little-endian machine. */
const PRINTED = `@ /proc/net/route
Iface	Destination	Gateway 	Flags	RefCnt	Use	Metric	Mask		MTU	Window	IRTT
eth0	00000000	010AE70A	0003	0	0	0	00000000	0	0	0
eth0	000AE70A	00000000	0001	0	0	0	00FFFFFF	0	0	0
zt3a4buerd	0000610A	00000000	0001	0	0	0	00FFFFFF	0	0	0
zt3a4buerd	004DA8C0	0100610A	0003	0	0	5000	00FFFFFF	0	0	0
@ /proc/net/fib_trie
Main:
  +-- 0.0.0.0/0 3 0 6
     |-- 10.97.0.0
        /24 link UNICAST
     |-- 10.97.0.83
        /32 host LOCAL
     |-- 10.231.10.6
        /32 host LOCAL
     |-- 10.97.0.255
        /32 link BROADCAST
@ /proc/net/if_inet6
fe80000000000000004b79fffeee5bb9 03 40 20 80 zt3a4buerd
fd8056c2e21c0000019993158b000001 03 58 00 80 zt3a4buerd
00000000000000000000000000000001 01 80 10 80       lo
@ /proc/net/ipv6_route
fd8056c2e21c00000199930000000000 58 00000000000000000000000000000000 00 00000000000000000000000000000000 00000100 00000001 00000000 00000001 zt3a4buerd
fe800000000000000000000000000000 40 00000000000000000000000000000000 00 00000000000000000000000000000000 00000100 00000001 00000000 00000001 zt3a4buerd
00000000000000000000000000000000 00 00000000000000000000000000000000 00 00000000000000000000000000000000 ffffffff 00000001 00000000 00200200       lo
fe80000000000000004b79fffeee5bb9 80 00000000000000000000000000000000 00 00000000000000000000000000000000 00000000 00000002 00000000 80200001 zt3a4buerd
ff000000000000000000000000000000 08 00000000000000000000000000000000 00 00000000000000000000000000000000 00000100 00000002 00000000 00000001 zt3a4buerd
@ /sys/class/net/zt3a4buerd/address
02:4b:79:ee:5b:b9
@ /sys/class/net/zt3a4buerd/mtu
2800
@ /sys/class/net/zt3a4buerd/flags
0x1003
`;

describe('the view through /proc and /sys', () => {
  it('equals the view of ip', () => {
    expect(parseProcNet(PRINTED)).toEqual([
      {
        device: 'zt3a4buerd',
        up: true,
        mac: '02:4b:79:ee:5b:b9',
        mtu: 2800,
        addresses: ['10.97.0.83/24', 'fd80:56c2:e21c:0:199:9315:8b00:1/88'],
        routes: [
          { target: '10.97.0.0/24', via: null },
          { target: '192.168.77.0/24', via: '10.97.0.1' },
          { target: 'fd80:56c2:e21c:0:199:9300::/88', via: null },
        ],
      },
    ]);
  });

  it('shows a device that is down as down', () => {
    expect(parseProcNet(PRINTED.replace('0x1003', '0x1002'))).toMatchObject([{ up: false }]);
  });

  it('is empty when there is no network, but fails when the output cannot be read', () => {
    expect(parseProcNet('@ /proc/net/route\nIface\tDestination\n')).toEqual([]);
    expect(() => parseProcNet('')).toThrow();
    expect(() => parseProcNet('sh: not found')).toThrow();
  });

  it('includes the local ports of UDP sockets, and a mark while the process runs', () => {
    const udp = `   sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer drops
 5013: 0203D60A:61A9 00000000:0000 07 00000D00:00000000 00:00000000 00000000     0        0 6121897 2 00000000ef60eb98 0
16113: 0B00007F:8D05 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 6113177 2 000000008dba83d6 0`;
    expect(parseProcUdp(udp)).toEqual([25_001, 36_101]);
    expect(markOf(process.pid)).toContain('lo:');
    expect(markOf(2 ** 30)).toBeUndefined();
  });
});
