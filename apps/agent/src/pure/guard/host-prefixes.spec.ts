import { describe, expect, it } from '@jest/globals';
import { Hello } from '@orrery/shared/contracts';
import type { GroundEntry } from '@orrery/shared/machine';
import { SIMULATED_GROUND } from '../../../../../libs/simulator/src/simulated-ground.js';
import { parseHostRoutes } from '../../kernel/host-routes.js';
import { groundOf } from '../../machine/host-ground.js';
import { offerOf, hostPrefixes } from './host-prefixes.js';

const route = (prefix: string, kind: GroundEntry['kind'] = 'route'): GroundEntry => ({
  ...{ prefix, kind, device: 'eth0', what: '' },
});

describe('the prefixes that a host reports', () => {
  it('are those of its routes and its ZeroTier networks, the shortest first', () => {
    const ground = ['192.168.1.0/24', '172.17.0.0/16', 'fd00:1::/64'].map((prefix) => route(prefix));
    expect(hostPrefixes([...ground, route('10.147.20.0/24', 'zerotier')])).toEqual([
      ...['172.17.0.0/16', '10.147.20.0/24', '192.168.1.0/24', 'fd00:1::/64'],
    ]);
  });

  it('include no default routes, no prefixes that every host has, and no single endpoints', () => {
    const everywhere = ['0.0.0.0/0', '::/0', '127.0.0.0/8', '::1/128', '169.254.0.0/16', 'fe80::/64', 'ff00::/8'];
    const ground = [...everywhere, '224.0.0.0/4', '239.1.2.3/32'].map((prefix) => route(prefix));
    const ends = [route('9.9.9.9/32', 'resolver'), route('198.51.100.7/32', 'path')];
    expect(hostPrefixes([...ground, ...ends, route('10.0.0.0/8')])).toEqual(['10.0.0.0/8']);
  });

  it('omit those covered by a shorter one, and those that cannot be read', () => {
    const ground = ['192.168.1.7/32', '192.168.1.0/24', '192.168.1.0/24', '10.0.0.0/1', 'nonsense'].map((one) =>
      route(one),
    );
    expect(hostPrefixes(ground)).toEqual(['0.0.0.0/1', '192.168.1.0/24']);
  });

  it('are at most a thousand, as many as a hello may carry', () => {
    const many = Array.from({ length: 3000 }, (_, at) => route(`10.${at >> 8}.${at & 255}.0/24`));
    const { prefixes } = offerOf([], { known: true, value: [...many, route('172.16.0.0/12')] });
    expect([prefixes?.length, prefixes?.[0]]).toEqual([1000, '172.16.0.0/12']);
    expect(Hello.shape.prefixes.safeParse(prefixes).success).toBe(true);
  });

  it('are read from the output of the kernel', () => {
    const routes = [
      { dst: 'default', gateway: '192.168.1.1', dev: 'eth0' },
      { dst: '192.168.1.0/24', dev: 'eth0' },
      { type: 'local', dst: '192.168.1.7', dev: 'eth0', table: 'local' },
      { type: 'local', dst: '127.0.0.0/8', dev: 'lo', table: 'local' },
      { dst: '10.147.20.0/24', dev: 'ztmjfmfyq5' },
      { dst: 'fe80::/64', dev: 'eth0', pref: 'medium' },
      { type: 'multicast', dst: 'ff00::/8', dev: 'eth0', table: 'local', pref: 'medium' },
    ];
    const ground = groundOf(parseHostRoutes(JSON.stringify(routes)), []);
    expect(hostPrefixes(ground)).toEqual(['10.147.20.0/24', '192.168.1.0/24']);
  });

  it('are reported for a simulated host, too, and omitted when they are unknown', () => {
    expect(offerOf([], SIMULATED_GROUND).prefixes).toEqual(['172.17.0.0/16', '192.168.1.0/24']);
    const identity = `00c0ffee00:0:${'ab'.repeat(64)}`;
    const offer = { freeIdentities: ['00c0ffee00'], publicIdentities: [identity] };
    expect(offerOf([identity], undefined)).toEqual(offer);
    expect(offerOf([], { known: false, cause: '', fix: '' })).toEqual({
      freeIdentities: [],
      publicIdentities: [],
    });
  });
});
