import { describe, expect, it } from '@jest/globals';
import { MAX_NOT_TAKEN } from '@orrery/shared/contracts';
import { newId } from '@orrery/shared/runtime';
import { whoTakes, type DaemonInNetwork } from './who-takes-it.js';

const LAN = '192.168.10.0/24';
const daemon = (more: Partial<DaemonInNetwork> = {}): DaemonInNetwork => ({
  ...{ host: { id: newId('hst'), name: 'db-1' }, prefixes: ['10.0.0.0/24'], allowManaged: true, ofNetwork: [] },
  ...{ allowDefault: false, list: null },
  ...more,
});
const causes = (...daemons: Partial<DaemonInNetwork>[]) =>
  whoTakes(LAN, daemons.map(daemon)).notTaken.map(({ cause }) => cause);

describe('a route', () => {
  it('is taken by a host without a way of its own there', () => {
    const others = ['10.0.0.0/24', '192.168.11.0/24', '0.0.0.0/0', '0.0.0.0/1', 'fd00::/64', 'nonsense'];
    expect(causes({ prefixes: others }, { prefixes: null }, { allowManaged: null })).toEqual([]);
  });

  it.each([LAN, '192.168.0.0/16', '192.168.10.128/25', '192.168.10.7/32'])(
    'is not taken by a host with a route of its own to %s',
    (prefix) => expect(causes({ prefixes: ['10.0.0.0/24', prefix] })).toEqual([`its own route ${prefix}`]),
  );

  it('is not in its own way: a host that has taken it, or its halves, takes it', () => {
    for (const taken of [[LAN], ['192.168.10.0/25', '192.168.10.128/25']])
      expect(causes({ prefixes: taken, ofNetwork: taken })).toEqual([]);
    expect(causes({ prefixes: ['192.168.0.0/16'], ofNetwork: [LAN] })).toEqual(['its own route 192.168.0.0/16']);
  });

  it('is not taken by a membership that accepts other prefixes only', () => {
    expect(causes({ allowManaged: ['10.182.44.0/24'] }, { allowManaged: false })).toEqual([
      'its membership takes only 10.182.44.0/24 (allowManaged)',
      'its membership takes nothing of the network (allowManaged)',
    ]);
    expect(causes({ allowManaged: ['10.182.44.0/24', '192.168.0.0/16'] })).toEqual([]);
  });

  it('makes those join again whose daemon accepts a list without it', () => {
    const again = (more: Partial<DaemonInNetwork>) => whoTakes(LAN, [daemon(more)]).joinedAgain.length === 1;
    const list = ['10.182.44.0/24'];
    expect(again({ list })).toBe(true);
    expect(again({ list: [] })).toBe(true);
    for (const kept of [LAN, '192.168.0.0/16']) expect(again({ list: [...list, kept] })).toBe(false);
    expect(again({})).toBe(false);
    expect(again({ list, prefixes: [LAN] })).toBe(false);
    expect(again({ list, allowManaged: [LAN] })).toBe(false);
    expect(again({ list, allowManaged: null })).toBe(false);
    expect(again({ list, allowDefault: true })).toBe(false);
  });

  it('names at most a hundred hosts', () => {
    const many = Array.from({ length: MAX_NOT_TAKEN + 5 }, () => ({ prefixes: [LAN] }));
    expect(causes(...many)).toHaveLength(MAX_NOT_TAKEN);
    const again = Array.from({ length: MAX_NOT_TAKEN + 5 }, () => daemon({ list: [] }));
    expect(whoTakes(LAN, again).joinedAgain).toHaveLength(MAX_NOT_TAKEN);
  });
});
