import { describe, expect, it } from '@jest/globals';
import { MAX_NOT_TAKEN } from '@orrery/shared/contracts';
import { newId } from '@orrery/shared/runtime';
import { notTakenBy, type DaemonInNetwork } from './not-taken.js';

const LAN = '192.168.10.0/24';
const daemon = (more: Partial<DaemonInNetwork> = {}): DaemonInNetwork => ({
  ...{ host: { id: newId('hst'), name: 'db-1' }, prefixes: ['10.0.0.0/24'], allowManaged: true, ofNetwork: [] },
  ...more,
});
const causes = (...daemons: Partial<DaemonInNetwork>[]) =>
  notTakenBy(LAN, daemons.map(daemon)).map(({ cause }) => cause);

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

  it('names at most a hundred hosts', () => {
    const many = Array.from({ length: MAX_NOT_TAKEN + 5 }, () => ({ prefixes: [LAN] }));
    expect(causes(...many)).toHaveLength(MAX_NOT_TAKEN);
  });
});
