import { describe, expect, it } from '@jest/globals';
import type { Shape } from '../../api/client.js';
import { hostThen, membershipThen, thenOf } from './past.js';

type Event = Shape<'CloudEvent'>;

const event = (second: number, type: string, data: Record<string, unknown> = {}): Event => ({
  ...{ specversion: '1.0', id: `a-${second}`, type: `io.orrery.${type}`, source: '/hosts/web-1', subject: null },
  ...{ time: `2026-01-31T12:00:0${second}.000Z`, datacontenttype: 'application/json', orreryhost: null },
  ...{ orrerycommittime: '2026-01-31T12:00:00Z', orreryhosttime: null, simulated: false, data },
});
const STORY = [
  event(1, 'admission.requested', { network: '8056c2e21c000001' }),
  event(2, 'authorization.requested', { after: { status: 'ACCESS_DENIED', addresses: [] } }),
  event(3, 'item.settled', { outcome: { kind: 'waiting', code: 'authorization' } }),
  event(4, 'admission.authorized', { by: 'anna' }),
  event(5, 'interface.up', { after: { up: true, addresses: ['10.1.2.3/24'] } }),
  event(6, 'authorization.granted', { after: { status: 'OK', addresses: ['10.1.2.3/24'] } }),
];
/** One of each family that is asked for as a whole. */
const ONE_OF: Record<string, string> = {
  ...{ 'admission.*': 'admission.requested', 'authorization.*': 'authorization.granted', 'item.*': 'item.progress' },
  ...{ 'interface.*': 'interface.up', 'address.*': 'address.assigned', 'node.*': 'node.up' },
};
const texts = (count: number) => thenOf(membershipThen, STORY.slice(0, count)).map(({ text }) => text);

describe('what was so', () => {
  it('is what each witness said last before that time', () => {
    expect(texts(0)).toEqual(['nothing is known', 'nothing is known', 'nothing is known', 'nothing is known']);
    expect(texts(3)).toEqual(['not authorized: it asks', 'ACCESS_DENIED', 'nothing is known', 'waits for a person']);
    expect(texts(5)).toEqual(['authorized, by anna', 'ACCESS_DENIED', 'up, 10.1.2.3/24', 'waits for a person']);
    expect(texts(6)[1]).toBe('OK, 10.1.2.3/24');
    expect(thenOf(membershipThen, STORY)[1]?.since).toBe('2026-01-31T12:00:06.000Z');
  });

  it('is gone when an event says so', () => {
    const left = [...STORY, event(7, 'network.left', { after: null }), event(8, 'interface.down', { after: null })];
    expect(
      thenOf(membershipThen, left)
        .map(({ text }) => text)
        .slice(1, 3),
    ).toEqual(['not joined', 'no interface']);
  });

  it('is told of a host as well', () => {
    const story = [
      event(1, 'host.online'),
      event(2, 'host.engine-down', { cause: 'no socket' }),
      event(3, 'host.unreachable'),
    ];
    expect(thenOf(hostThen, story).map(({ text }) => text)).toEqual([
      'unreachable',
      'Docker does not answer: no socket',
      'nothing is known',
    ]);
  });

  it('is asked for by types that each source can read', () => {
    for (const { types, read } of [...membershipThen, ...hostThen])
      for (const type of types.split(',').map((one) => ONE_OF[one] ?? one))
        expect([type, read(type, { after: {} })]).not.toEqual([type, undefined]);
  });

  it('survives data of any shape', () => {
    for (const data of [{ after: 5 }, { after: [], outcome: 'x' }, { after: { addresses: [{}], status: 7 } }])
      for (const type of ['network.joined', 'interface.up', 'item.settled', 'node.up'])
        expect(
          JSON.stringify([membershipThen, hostThen].map((rewind) => thenOf(rewind, [event(1, type, data)]))),
        ).not.toContain('object');
  });
});
