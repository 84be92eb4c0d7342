import { describe, expect, it } from '@jest/globals';
import type { CloudEvent } from '@orrery/shared/contracts';
import { eventDetail } from './event-detail.js';
import { typeTone } from './event-view.js';

const diedBy = (ordered: string | undefined) =>
  ({ type: 'io.orrery.container.died', data: { ordered } }) as unknown as CloudEvent;
const detailOf = (data: object) => eventDetail({ data } as CloudEvent);

describe('the detail of an event', () => {
  it('names the peer of a path, and where it is reached', () => {
    const after = { address: '89e92ceee5', role: 'LEAF', path: 'direct', latencyMs: 3, endpoint: '192.0.2.1/9993' };
    expect(detailOf({ node: 'nod_1', after })).toBe('89e92ceee5 192.0.2.1/9993');
    expect(detailOf({ node: 'nod_1', peer: '89e92ceee5', after: null })).toBe('89e92ceee5');
  });

  it('says that somebody asked for what it follows from', () => {
    expect(detailOf({ exitCode: 137, ordered: 'remove' })).toBe('ordered: remove exit 137');
    expect(typeTone(diedBy('remove'))).toBeUndefined();
    expect(typeTone(diedBy(undefined))).toBe('bad');
  });

  it('names the router that carries a route now, and the one before', () => {
    const data = { target: '192.168.10.0/24', router: 'b/r', from: 'a/r', by: 'failover', cause: 'a/r is down' };
    expect(detailOf(data)).toBe('192.168.10.0/24 from a/r to b/r by failover a/r is down');
    expect(detailOf({ ...data, from: null })).toBe('192.168.10.0/24 to b/r by failover a/r is down');
  });
});
