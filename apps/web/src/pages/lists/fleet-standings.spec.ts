import { describe, expect, it } from '@jest/globals';
import type { Shape } from '../../api/client.js';
import { fleetStandings, membershipKey, rowStanding } from './fleet-standings.js';

type Topology = Shape<'Topology'>;
const JOINED = 'it has not been heard from since it joined';
const host = (id: string, state: Topology['hosts'][number]['state'], why?: string) => ({
  ...{ id, name: id, site: null, state },
  ...(why && { why }),
});
const node = (id: string, kind: 'host' | 'container', state: Topology['nodes'][number]['state']) => ({
  ...{ id, host: 'h1', name: id, kind, address: null, state },
});
const TOPOLOGY: Topology = {
  ...{ at: '2026-11-30T10:00:00.000Z', networks: [], controllers: [], paths: [] },
  hosts: [
    host('h1', 'fine'),
    host('h2', 'away', 'three heartbeats were missed'),
    host('h3', 'unknown', JOINED),
    host('h4', 'waiting', 'it is paused'),
    host('h5', 'failed', 'constructor'),
  ],
  nodes: [node('n1', 'host', 'fine'), node('n2', 'container', 'failed')],
  memberships: [{ node: 'n1', network: 'w1', addresses: [], state: 'waiting', why: 'it is being removed' }],
};

describe('how the fleet stands', () => {
  it('is as the topology judges it, with more exact words where it says why', () => {
    const { all, notFine, of } = fleetStandings(TOPOLOGY, 'hosts');
    expect(all).toEqual([
      { is: 'fine' },
      { is: 'away' },
      { is: 'waiting', word: 'never connected' },
      { is: 'waiting', word: 'paused' },
      { is: 'failed' },
    ]);
    expect(notFine).toBe(4);
    expect(of('h2')).toEqual({ is: 'away' });
    expect(of('h9')).toBeUndefined();
  });

  it('counts for a container what its node shows, and finds memberships by node and network', () => {
    expect(fleetStandings(TOPOLOGY, 'nodes').all).toHaveLength(2);
    expect(fleetStandings(TOPOLOGY, 'containers').all).toEqual([{ is: 'failed' }]);
    const word = { is: 'working', word: 'being removed' };
    expect(fleetStandings(TOPOLOGY, 'memberships').of(membershipKey('n1', 'w1'))).toEqual(word);
  });
});

describe('how a row stands', () => {
  const waits = { is: 'waiting', word: 'authorization' } as const;

  it('agrees with the fleet, in the more exact word of the row', () => {
    expect(rowStanding(waits, { is: 'waiting' })).toEqual(waits);
    expect(rowStanding({ is: 'working', word: 'leaving' }, { is: 'waiting' })).toEqual({
      is: 'working',
      word: 'leaving',
    });
    expect(rowStanding({ is: 'fine' }, { is: 'away' })).toEqual({ is: 'away' });
    expect(rowStanding(waits, { is: 'away' })).toEqual({ is: 'away' });
  });

  it('is what the row itself shows where the fleet does not judge it, or sees nothing wrong', () => {
    expect(rowStanding(waits, undefined)).toEqual(waits);
    expect(rowStanding({ is: 'failed', word: 'revoked' }, { is: 'fine' })).toEqual({ is: 'failed', word: 'revoked' });
  });
});
