import { describe, expect, it } from '@jest/globals';
import type { Shape } from '../api/client.js';
import {
  asLastKnown,
  isLastKnown,
  membershipStanding,
  networkStanding,
  nodeStanding,
  outcomeStanding,
  workloadStanding,
} from './states.js';

const network = (memberships: Partial<Shape<'Network'>['memberships']>) =>
  networkStanding({
    ...{ findings: [], sync: { state: 'applied', cause: null } },
    memberships: { total: 3, ok: 1, waiting: 0, pending: 0, ...memberships },
  } as unknown as Shape<'Network'>);

describe('how a network stands', () => {
  it('is as wanted only when nothing in it waits or is on its way', () => {
    expect(network({})).toEqual({ is: 'fine' });
    expect(network({ waiting: 2, pending: 2 })).toEqual({ is: 'working' });
    expect(network({ waiting: 2, pending: 1 })).toEqual({ is: 'waiting', word: '1 waiting' });
  });
});

it('what failed says why in words, not in codes', () => {
  const failed = { kind: 'failed', code: 'docker-unreachable' } as Shape<'ShownOutcome'>;
  expect(outcomeStanding(failed)).toEqual({ is: 'failed', word: 'Docker does not answer' });
  const findings = [
    { severity: 'warning', code: 'multicast-limit' },
    { severity: 'error', code: 'pool-exhausted' },
  ];
  const full = { findings, sync: null } as unknown as Shape<'Network'>;
  expect(networkStanding(full)).toEqual({ is: 'failed', word: 'pool is used up' });
  const found = { managed: false, outcome: null, status: 'ACCESS_DENIED' } as Shape<'Membership'>;
  expect(membershipStanding(found)).toEqual({ is: 'waiting', word: 'not authorized' });
});

describe('how a node stands', () => {
  it('is fine where nothing needs its zerotier-one, and says why', () => {
    const node = { state: 'unknown', online: null, unused: null } as unknown as Shape<'Node'>;
    expect(nodeStanding(node)).toEqual({ is: 'unknown' });
    expect(nodeStanding({ ...node, unused: 'no ZeroTier on this host' })).toEqual({
      ...{ is: 'fine', word: 'no ZeroTier on this host' },
    });
  });
});

describe('how a membership stands', () => {
  it('waits for nobody once somebody denied it', () => {
    const word = (cause: string) =>
      membershipStanding({ managed: true, outcome: { kind: 'waiting', code: 'authorization', cause } } as never).word;
    expect(word('web-1 is not authorized in lab, where a person authorizes each node')).toBe('waits for a person');
    expect(word('web-1 was denied in lab by anna')).toBe('denied');
  });
});

describe('how a thing stands whose host is unreachable', () => {
  it('is how it stood when the host was last heard', () => {
    expect(asLastKnown({ is: 'fine', word: 'online' }, true)).toEqual({ is: 'away', word: 'last known: online' });
    expect(asLastKnown({ is: 'fine' }, true)).toEqual({ is: 'away', word: 'last known: as wanted' });
    expect(asLastKnown({ is: 'fine', word: 'online' }, false)).toEqual({ is: 'fine', word: 'online' });
    expect(asLastKnown({ is: 'working', word: 'leaving' }, true)).toEqual({ is: 'working', word: 'leaving' });
  });
});

describe('how a workload stands', () => {
  const workload = { networks: [], node: { id: 'nod_a' }, state: 'running' } as unknown as Shape<'Workload'>;

  it('is attached once its node is as wanted, and not because it was asked for', () => {
    expect(workloadStanding(workload, { is: 'failed' })).toEqual({ is: 'failed' });
    expect(workloadStanding(workload, { is: 'fine' })).toEqual({ is: 'fine', word: 'attached' });
    expect(workloadStanding({ ...workload, state: 'exited' }, { is: 'fine' })).toEqual({
      is: 'waiting',
      word: 'exited',
    });
  });
});

it('of a host without its engine, only what is in containers is as it was last seen', () => {
  const host = { presence: 'online', engine: { state: 'unknown', cause: 'c' } } as unknown as Shape<'Host'>;
  expect([isLastKnown(host, 'container'), isLastKnown(host, 'host')]).toEqual([true, false]);
  expect(isLastKnown({ ...host, presence: 'unreachable' }, 'host')).toBe(true);
  expect(isLastKnown({ ...host, engine: null }, 'container')).toBe(false);
});
