import { describe, expect, it } from '@jest/globals';
import type { GroundEntry } from '@orrery/shared/machine';
import { routeRule } from '../policy/judge.js';
import { Policy } from '../policy/policy.js';
import { admit, MAX_LIST_BYTES, mayStay, type Admission } from './admit-routes.js';

const DEVICE = 'ztours1234';
const route = (prefix: string, device = 'eth0'): GroundEntry => ({
  prefix,
  what: `${prefix} over ${device}`,
  kind: device.startsWith('zt') ? 'zerotier' : 'route',
  device,
});
const GROUND: GroundEntry[] = [
  route('0.0.0.0/0'),
  route('192.168.1.0/24'),
  route('172.17.0.0/16', 'docker0'),
  route('fd12:3456::/64'),
  { prefix: '9.9.9.9/32', what: 'the resolver 9.9.9.9', kind: 'resolver', device: 'eth0' },
  { prefix: '10.20.0.5/32', what: 'NATS at 10.20.0.5', kind: 'path', device: 'eth0' },
];

const look = (routes: string[], addresses: string[] = [], rules = {}): Admission =>
  admit({ addresses, routes: routes.map((target) => ({ target })) }, GROUND, {
    ...{ allowGlobal: false, device: DEVICE },
    ...rules,
  });
const hitsOf = ({ conflicts }: Admission) => conflicts.map(({ hits }) => hits.what);

describe('the part of a network that is admitted', () => {
  it('is every address and route that takes nothing away from the host, an address with its network', () => {
    const { list, conflicts } = look(['10.99.0.0/24', '172.31.0.0/25', 'fd99::/40'], ['10.99.0.7/24', 'fd98::7/88']);
    expect(list).toEqual(['10.99.0.0/24', 'fd98::/88', '172.31.0.0/25', 'fd99::/40']);
    expect(conflicts).toEqual([]);
  });

  it.each([
    ['half of the LAN', '192.168.1.0/25', '192.168.1.0/24 over eth0'],
    ['the LAN with its surroundings', '192.168.0.0/16', '192.168.1.0/24 over eth0'],
    ["Docker's bridge", '172.17.0.0/16', '172.17.0.0/16 over docker0'],
    ['the route to NATS', '10.20.0.5/32', 'NATS at 10.20.0.5'],
    ['all private addresses', '10.0.0.0/8', 'NATS at 10.20.0.5'],
    ['the resolver', '9.9.9.9/32', 'the resolver 9.9.9.9'],
    ['all of fd00::/8', 'fd00::/8', 'fd12:3456::/64 over eth0'],
    ['half of all addresses', '0.0.0.0/1', 'the resolver 9.9.9.9'],
  ])('excludes %s, and names what it would hit', (_what, target, hit) => {
    const admission = look(['10.99.0.0/24', target]);
    expect(admission.list).toEqual(['10.99.0.0/24']);
    expect(admission.conflicts).toHaveLength(1);
    expect(hitsOf(admission)[0]).toContain(hit);
  });

  it('excludes default routes and halves of everything, however they are written', () => {
    const { list, barred } = admit(
      { addresses: [], routes: ['0.0.0.0/0', '::/0', '128.0.0.0/1', '2000::/3'].map((target) => ({ target })) },
      [route('0.0.0.0/0')],
      { allowGlobal: false, device: DEVICE },
    );
    expect(list).toEqual([]);
    expect(barred).toEqual(['0.0.0.0/0', '::/0', '128.0.0.0/1', '2000::/3']);
  });

  it('excludes public addresses unless requested, even when only a part is public', () => {
    expect(look(['8.0.0.0/24', '10.0.0.0/7']).list).toEqual([]);
    expect(look(['8.0.0.0/24'], [], { allowGlobal: true }).list).toEqual(['8.0.0.0/24']);
  });

  it('includes the public Earth network: 28.0.0.0/7 takes nothing away from this host', () => {
    expect(look(['28.0.0.0/7'], ['29.1.2.3/7'])).toEqual({
      ...{ list: ['28.0.0.0/7'], conflicts: [], barred: [], denied: [], leftOut: [] },
    });
  });

  it('excludes an address whose network is the LAN', () => {
    const admission = look([], ['192.168.1.77/24']);
    expect([admission.list, hitsOf(admission)]).toEqual([[], ['192.168.1.0/24 over eth0']]);
  });

  it('includes what its own device already routes, and excludes what the device of another network routes', () => {
    const lead = (device: string) => [
      ...GROUND,
      { prefix: '10.99.0.1/32', what: 'NATS at 10.99.0.1', kind: 'path', device } as const,
    ];
    const push = { addresses: ['10.99.0.7/24'], routes: [] };
    const rules = { allowGlobal: false, device: DEVICE };
    expect(admit(push, lead(DEVICE), rules).list).toEqual(['10.99.0.0/24']);
    expect(admit(push, lead('ztother123'), rules).list).toEqual([]);
  });

  it('is never a longer list than the daemon reads whole: neighbours are joined, and what does not fit is named', () => {
    const neighbours = look(Array.from({ length: 200 }, (_, at) => `10.50.${at}.0/24`));
    expect(neighbours.list).toEqual(['10.50.0.0/17', '10.50.128.0/18', '10.50.192.0/21']);
    const scattered = look(
      Array.from({ length: 10_000 }, (_, at) => `10.${60 + (at % 128)}.${Math.floor(at / 128) * 2}.0/24`),
    );
    expect(scattered.list.join(',').length).toBeLessThanOrEqual(MAX_LIST_BYTES);
    expect(scattered.list.length).toBeGreaterThan(20);
    expect(scattered.leftOut.length + scattered.list.length).toBeGreaterThan(9_000);
  });

  it('excludes what the policy of the host denies, and names it', () => {
    const policy = Policy.parse({ routes: { allow: ['10.0.0.0/8', 'fd00::/8'], deny: ['10.98.0.0/16'] } });
    const rules = { mayRoute: routeRule(policy) };
    const pushed = ['10.99.0.0/24', '10.98.7.0/24', '10.96.0.0/14', '172.31.0.0/25', '192.168.1.0/25'];
    const { list, denied, conflicts } = look(pushed, ['fd99::7/88', '172.30.0.9/16'], rules);
    expect(list).toEqual(['fd99::/88', '10.99.0.0/24']);
    expect(denied).toEqual(['172.30.0.0/16', '10.98.7.0/24', '10.96.0.0/14', '172.31.0.0/25']);
    expect(conflicts.map(({ target }) => target)).toEqual(['192.168.1.0/25']);
    expect(look(pushed, [], { mayRoute: routeRule(Policy.parse({})) }).denied).toEqual([]);
  });

  it('ignores invalid prefixes', () => {
    expect(look(['', 'x', '10.0.0.0/33', '<b>10.1.0.0/16</b>', '10.1.0.0/16\u001b[31m', '1.2.3'])).toEqual({
      ...{ list: [], conflicts: [], barred: [], denied: [], leftOut: [] },
    });
  });
});

describe('a list in force', () => {
  const now = (routes: string[]) => look(routes);

  it('stays while it covers everything admitted, even when less is pushed than before', () => {
    expect(mayStay(['10.99.0.0/16'], now(['10.99.0.0/24']), GROUND)).toBe(true);
    expect(mayStay(['10.99.0.0/16'], now([]), GROUND)).toBe(true);
  });

  it('is replaced when more is pushed, or when the host itself needs what it admits', () => {
    expect(mayStay(['10.99.0.0/24'], now(['10.99.0.0/24', '10.98.0.0/24']), GROUND)).toBe(false);
    expect(mayStay(['10.99.0.0/24'], now(['10.99.0.0/24']), [...GROUND, route('10.99.0.0/16', 'wlan0')])).toBe(false);
  });

  it('is replaced when the policy of the host denies what it admits', () => {
    const allowing = (...allow: string[]) => routeRule(Policy.parse({ routes: { allow } }));
    expect(mayStay(['10.99.0.0/16'], now([]), GROUND, allowing('10.0.0.0/8'))).toBe(true);
    expect(mayStay(['10.99.0.0/16'], now([]), GROUND, allowing('10.99.0.0/24'))).toBe(false);
  });

  it('stays when another network or the path to NATS came to lie in it: that was decided when it was admitted', () => {
    const path: GroundEntry = { prefix: '10.99.0.1/32', what: 'NATS', kind: 'path', device: 'eth0' };
    const more = [...GROUND, path, route('10.99.0.0/24', 'ztother123')];
    expect(mayStay(['10.99.0.0/24'], { ...now([]), list: [] }, more)).toBe(true);
  });
});
