import { describe, expect, it } from '@jest/globals';
import { ObservedInterface } from '@orrery/shared/contracts';
import { parseIpBatch } from './ip-json.js';

/** From `ip -json -batch -` in a container with one network (iproute2 6.15), shortened. */
const ADDRESSES = JSON.stringify([
  {
    ifindex: 1,
    ifname: 'lo',
    flags: ['LOOPBACK', 'UP'],
    mtu: 65536,
    link_type: 'loopback',
    address: '00:00:00:00:00:00',
    addr_info: [{ family: 'inet', local: '127.0.0.1', prefixlen: 8, scope: 'host' }],
  },
  {
    ifindex: 3,
    ifname: 'zt3a4buerd',
    flags: ['BROADCAST', 'MULTICAST', 'UP', 'LOWER_UP'],
    mtu: 2800,
    qdisc: 'pfifo_fast',
    operstate: 'UNKNOWN',
    address: '02:4b:79:ee:5b:b9',
    addr_info: [
      { family: 'inet', local: '10.97.0.83', prefixlen: 24, broadcast: '10.97.0.255', scope: 'global' },
      { family: 'inet6', local: 'fd80:56c2:e21c:0:199:9315:8b00:1', prefixlen: 88, scope: 'global' },
      { family: 'inet6', local: 'fe80::4b:79ff:feee:5bb9', prefixlen: 64, scope: 'link', protocol: 'kernel_ll' },
    ],
  },
  {},
  { ifindex: 9, ifname: 'eth0', flags: ['UP'], mtu: 1500, address: '02:42:0a:e7:0a:06', addr_info: [] },
]);
const ROUTES = JSON.stringify([
  { dst: 'default', gateway: '10.231.10.1', dev: 'eth0', flags: [] },
  { dst: '10.97.0.0/24', dev: 'zt3a4buerd', protocol: 'kernel', scope: 'link', prefsrc: '10.97.0.83', flags: [] },
  { dst: '192.168.77.0/24', gateway: '10.97.0.1', dev: 'zt3a4buerd', protocol: 'static', metric: 5000, flags: [] },
  { dst: '192.0.2.7', via: { family: 'inet6', host: 'fe80::1' }, dev: 'zt3a4buerd', flags: [] },
  { dst: 'default', gateway: '10.97.0.1', dev: 'zt3a4buerd', flags: [] },
  { dst: 'default', dev: 'zt3a4buerd', metric: 1024, flags: [], pref: 'medium' },
  { type: 'local', dst: '10.97.0.83', dev: 'zt3a4buerd', table: 'local', protocol: 'kernel', flags: [] },
  { type: 'multicast', dst: 'ff00::/8', dev: 'zt3a4buerd', table: 'local', flags: [], pref: 'medium' },
  { dst: 'fe80::/64', dev: 'zt3a4buerd', protocol: 'kernel', metric: 256, flags: [], pref: 'medium' },
  { type: 'unreachable', dst: 'default', dev: 'lo', metric: 4294967295, flags: [] },
]);

describe('the output of ip', () => {
  it('yields the devices of networks with their addresses and routes, and nothing link-local', () => {
    const shown = parseIpBatch(`${ADDRESSES}\n${ROUTES}\n`);
    expect(shown).toEqual([
      {
        device: 'zt3a4buerd',
        up: true,
        mac: '02:4b:79:ee:5b:b9',
        mtu: 2800,
        addresses: ['10.97.0.83/24', 'fd80:56c2:e21c:0:199:9315:8b00:1/88'],
        routes: [
          { target: '0.0.0.0/0', via: '10.97.0.1' },
          { target: '10.97.0.0/24', via: null },
          { target: '192.0.2.7/32', via: 'fe80::1' },
          { target: '192.168.77.0/24', via: '10.97.0.1' },
          { target: '::/0', via: null },
        ],
      },
    ]);
    expect(shown.map((one) => ObservedInterface.parse(one))).toEqual(shown);
  });

  it('yields nothing when there is no network, but is an error when it cannot be read', () => {
    expect(parseIpBatch('[]\n[]\n')).toEqual([]);
    expect(() => parseIpBatch('')).toThrow();
    expect(() => parseIpBatch('[]\n')).toThrow();
    expect(() => parseIpBatch('[]\n[]\n[]\n')).toThrow();
    expect(() => parseIpBatch('Cannot open netlink socket\n[]\n')).toThrow();
    expect(() => parseIpBatch('[{"ifname":"zt3a4buerd"}]\n[]\n')).toThrow();
  });
});
