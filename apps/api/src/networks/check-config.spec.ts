import { describe, expect, it } from '@jest/globals';
import { NEW_NETWORK, NetworkConfig } from '@orrery/shared/contracts';
import type { AppError } from '@orrery/shared/runtime';
import { checkConfig, contains } from './check-config.js';

type Part = Partial<Pick<NetworkConfig, 'pools' | 'rules' | 'capabilities'>> & {
  routes?: { target: string; via?: string }[];
};

/** The refusals, as `field: message`; none if the config is accepted. */
function refusals(part: Part, changed?: Partial<NetworkConfig>): string[] {
  const config = NetworkConfig.parse({ ...NEW_NETWORK, ...part });
  try {
    checkConfig(config, changed);
    return [];
  } catch (error) {
    const { code, details } = error as AppError;
    expect(code).toBe('bad-request');
    const { errors } = details as { errors: { path: string; message: string }[] };
    return errors.map(({ path, message }) => `${path}: ${message}`);
  }
}

const pool = (start: string, end: string) => ({ start, end });
const route = (target: string, via?: string) => ({ target, ...(via ? { via } : {}) });
const LAN = route('10.5.0.0/24');

describe('a pool', () => {
  it('starts at or before its end', () => {
    expect(refusals({ pools: [pool('10.5.0.10', '10.5.0.20')], routes: [LAN] })).toEqual([]);
    expect(refusals({ pools: [pool('10.5.0.10', '10.5.0.10')], routes: [LAN] })).toEqual([]);
    expect(refusals({ pools: [pool('10.5.0.20', '10.5.0.10')], routes: [LAN] })).toEqual([
      expect.stringMatching(/pools.*0.*: .*10\.5\.0\.20 is not before 10\.5\.0\.10/),
    ]);
  });

  it('lies within one route, from start to end', () => {
    const pools = [pool('10.5.0.10', '10.5.1.20')];
    expect(refusals({ pools, routes: [LAN, route('10.5.1.0/24')] })).toHaveLength(1);
    expect(refusals({ pools, routes: [] })).toEqual([expect.stringContaining('no route leads to')]);
    expect(refusals({ pools, routes: [route('10.5.0.0/23')] })).toEqual([]);
  });

  it('of IPv6 needs a route of IPv6', () => {
    const pools = [pool('fd00::10', 'fd00::20')];
    expect(refusals({ pools, routes: [LAN, route('fd00::/64')] })).toEqual([]);
    expect(refusals({ pools, routes: [LAN] })).toHaveLength(1);
    expect(refusals({ pools: [pool('fd00::20', 'fd00::10')], routes: [route('fd00::/64')] })).toHaveLength(1);
  });
});

describe('a route', () => {
  it('leads to a destination only once', () => {
    expect(refusals({ pools: [], routes: [LAN, route('10.5.1.0/24')] })).toEqual([]);
    expect(refusals({ pools: [], routes: [LAN, route('10.5.1.0/24'), LAN] })).toEqual([
      expect.stringMatching(/routes.*2.*: .*10\.5\.0\.0\/24 is listed twice/),
    ]);
  });

  it('goes via an address of its own family', () => {
    expect(refusals({ pools: [], routes: [route('10.5.0.0/24', '10.4.0.1')] })).toEqual([]);
    expect(refusals({ pools: [], routes: [route('fd00::/64', 'fe80::1')] })).toEqual([]);
    expect(refusals({ pools: [], routes: [route('10.5.0.0/24', 'fe80::1')] })).toHaveLength(1);
    expect(refusals({ pools: [], routes: [route('fd00::/64', '10.4.0.1')] })).toHaveLength(1);
  });
});

describe('a flow rule that the controller of zerotier-one cannot read', () => {
  const priority = { type: 'ACTION_PRIORITY' as const, qosBucket: 3 };
  const redirect = { type: 'ACTION_REDIRECT' as const, address: '89e92ceee5', flags: 0 };
  const tee = { type: 'ACTION_TEE' as const, address: '89e92ceee5', length: 1500 };

  it('is refused by name: ACTION_PRIORITY, and a length of ACTION_REDIRECT', () => {
    expect(refusals({ rules: [redirect, priority] })).toEqual([
      expect.stringMatching(/^config\.rules\.1\.type: .*ACTION_PRIORITY: leave the entry out$/),
    ]);
    expect(refusals({ rules: [{ ...redirect, length: 64 }] })).toEqual([
      expect.stringMatching(/^config\.rules\.0\.length: .*ACTION_REDIRECT: leave it out$/),
    ]);
    expect(refusals({ rules: [redirect, tee] })).toEqual([]);
  });

  it('is refused within a capability as well', () => {
    expect(refusals({ capabilities: [{ id: 1, rules: [tee, priority] }] })).toEqual([
      expect.stringMatching(/^config\.capabilities\.0\.rules\.1\.type: /),
    ]);
    expect(refusals({ capabilities: [{ id: 1, rules: [tee] }] })).toEqual([]);
  });

  it('does not block a change of something else when it was stored before', () => {
    expect(refusals({ rules: [priority] }, { pools: [] })).toEqual([]);
    expect(refusals({ rules: [priority] }, { rules: [priority] })).toHaveLength(1);
  });
});

it('is reported together with everything else that is wrong', () => {
  const pools = [pool('10.5.0.20', '10.5.0.10'), pool('10.9.0.1', '10.9.0.2')];
  expect(refusals({ pools, routes: [LAN, LAN] })).toHaveLength(3);
});

describe('contains', () => {
  it.each([
    ['10.5.0.0/24', '10.5.0.0', true],
    ['10.5.0.0/24', '10.5.0.255', true],
    ['10.5.0.0/24', '10.5.1.0', false],
    ['10.5.0.9/32', '10.5.0.9', true],
    ['10.5.0.9/32', '10.5.0.8', false],
    ['0.0.0.0/0', '203.0.113.7', true],
    ['fd00::/8', 'fd12::1', true],
    ['fd00::/8', 'fe80::1', false],
    ['::/0', '10.5.0.1', false],
    ['0.0.0.0/0', 'fd00::1', false],
  ])('%s, %s: %s', (prefix, address, expected) => {
    expect(contains(prefix, address)).toBe(expected);
  });
});
