import { describe, expect, it } from '@jest/globals';
import type { HostId } from '@orrery/shared/contracts';
import { FAR_TOO_MANY, OpenConnections } from './open-connections.js';

const A: HostId = 'hst_a';
const B: HostId = 'hst_b';
const at = (id: number, host = A, server = 's1') => ({ host, server, id });

function opened(...ids: number[]): OpenConnections {
  const open = new OpenConnections();
  for (const id of ids) open.opened(at(id));
  return open;
}
const ids = (connections: { id: number }[]) => connections.map(({ id }) => id);

describe('the connections of a host', () => {
  it('are at most three: the oldest beyond that are closed, each named once, and no other host is affected', () => {
    const open = opened(1, 2, 3);
    open.opened(at(1, B));
    expect(open.takeExcess(A)).toEqual([]);
    for (const id of [4, 5]) open.opened(at(id));
    expect(ids(open.takeExcess(A))).toEqual([1, 2]);
    expect(open.takeExcess(A)).toEqual([]);
    expect(open.takeExcess(B)).toEqual([]);
  });

  it('are newer when they were reported later, regardless of their server and their number', () => {
    const open = opened(70, 80, 90);
    open.opened(at(2, A, 's2'));
    expect(ids(open.takeExcess(A))).toEqual([70]);
  });

  it('leave room again when they close', () => {
    const open = opened(1, 2, 3);
    open.closed(at(1));
    open.opened(at(4));
    expect(open.takeExcess(A)).toEqual([]);
  });

  it('are far too many until they are really closed, including those that were told to close', () => {
    const open = opened(...Array.from({ length: FAR_TOO_MANY + 1 }, (_, id) => id));
    const ending = open.takeExcess(A);
    expect(open.areFarTooMany(A)).toBe(true);
    for (const { id } of ending) open.closed(at(id));
    expect(open.areFarTooMany(A)).toBe(false);
    expect(open.areFarTooMany(B)).toBe(false);
  });

  it('are those that the servers list: others are gone, unless they were opened since the request', () => {
    const open = opened(1, 2);
    const askedAt = open.turn;
    open.opened(at(9));
    open.replace([at(7), at(3), at(2)], askedAt);
    expect(ids(open.takeExcess(A))).toEqual([7]);
    open.opened(at(10));
    expect(ids(open.takeExcess(A))).toEqual([3]);
    expect(ids(open.takeAll(A))).toEqual([2, 9, 10]);
  });

  it('are unknown while no server reports them', () => {
    const open = opened(...Array.from({ length: 20 }, (_, id) => id));
    open.forget();
    expect([open.areFarTooMany(A), open.takeExcess(A), open.hosts()]).toEqual([false, [], []]);
  });
});
