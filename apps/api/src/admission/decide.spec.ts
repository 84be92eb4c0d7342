import { describe, expect, it } from '@jest/globals';
import { AdmissionPolicy, type Labels } from '@orrery/shared/contracts';
import fc from 'fast-check';
import { decide, type Candidate } from './decide.js';

const NOW = 1_000_000;
const policy = (more: Partial<AdmissionPolicy> = {}) => AdmissionPolicy.parse(more);
const FLEET = policy();
const MANUAL = policy({ by: 'manual' });
const CLOUD = policy({ by: 'selector', selector: 'site=cloud' });
const AN_HOUR = policy({ for: '1h' });
const HOUR_MS = 3_600_000;

const stranger: Candidate = { wanted: null, said: null, record: null, isContested: false };
const wanted = (labels: Labels = {}, since = NOW) => ({ since, labels });
const said = (verdict: 'authorize' | 'deny' | null, until: number | null = null) => ({ verdict, until, by: 'ann' });
const admitted = { authorized: true, admittedBy: 'admission: fleet' };
const foreign = { authorized: true, admittedBy: null };
const out = { authorized: false, admittedBy: null };

const decided = (by: AdmissionPolicy, more: Partial<Candidate>, now = NOW) => decide(by, { ...stranger, ...more }, now);
const letsIn = (by: string) => ({ authorize: true, by, why: expect.any(String) });
const sendsAway = (by: string) => ({ authorize: false, by, why: expect.any(String) });

describe('an address that several nodes show', () => {
  const contested = { isContested: true };

  it('is neither admitted nor removed by a policy, whatever its state was', () => {
    for (const record of [null, admitted, foreign, out])
      for (const by of [FLEET, CLOUD, AN_HOUR, MANUAL]) {
        expect(decided(by, { ...contested, record })).toBeNull();
        expect(decided(by, { ...contested, record, wanted: wanted({}, NOW - HOUR_MS) })).toBeNull();
      }
    expect(decided(FLEET, { record: admitted })).toEqual(sendsAway('admission: left'));
  });

  it('is authorized or denied by a verdict', () => {
    expect(decided(FLEET, { ...contested, said: said('authorize') })).toEqual(letsIn('ann'));
    expect(decided(FLEET, { ...contested, record: admitted, said: said('deny') })).toEqual(sendsAway('ann'));
    expect(decided(FLEET, { ...contested, said: said('authorize', NOW) })).toEqual(sendsAway('admission: expired'));
  });
});

describe('a verdict', () => {
  it('authorizes an unknown node, and denies a node that the policy would admit', () => {
    expect(decided(FLEET, { said: said('authorize') })).toEqual(letsIn('ann'));
    expect(decided(FLEET, { wanted: wanted(), said: said('deny') })).toEqual(sendsAway('ann'));
    expect(decided(FLEET, { wanted: wanted() })).toEqual(letsIn('admission: fleet'));
  });

  it('holds until its time is over, and no longer', () => {
    expect(decided(FLEET, { said: said('authorize', NOW + 1) })).toEqual(letsIn('ann'));
    expect(decided(FLEET, { said: said('authorize', NOW) })).toEqual(sendsAway('admission: expired'));
    expect(decided(FLEET, { said: said('authorize', NOW - 1) })?.why).toContain('ann');
  });

  it('that has expired does not fall back to the policy: the limit was intended', () => {
    expect(decided(FLEET, { wanted: wanted(), said: said('authorize', NOW - 1) })?.authorize).toBe(false);
  });

  it('that says nothing about authorization leaves the decision to the policy', () => {
    expect(decided(FLEET, { wanted: wanted(), said: said(null) })).toEqual(letsIn('admission: fleet'));
    expect(decided(FLEET, { said: said(null) })).toBeNull();
  });
});

describe('a policy', () => {
  it('admits nodes that are desired in the network, and decides about no others', () => {
    expect(decided(FLEET, { wanted: wanted() })).toEqual(letsIn('admission: fleet'));
    expect(decided(FLEET, { record: out })).toBeNull();
    expect(decided(FLEET, {})).toBeNull();
  });

  it('that is manual decides nothing, not even about desired nodes', () => {
    expect(decided(MANUAL, { wanted: wanted() })).toBeNull();
    expect(decided(MANUAL, { wanted: wanted(), record: admitted })).toBeNull();
  });

  it('by selector admits nodes on matching hosts, but none that are not desired', () => {
    expect(decided(CLOUD, { wanted: wanted({ site: 'cloud' }) })).toEqual(letsIn('admission: selector'));
    expect(decided(CLOUD, { wanted: wanted({ site: 'home' }) })).toBeNull();
    expect(decided(CLOUD, { record: out })).toBeNull();
  });

  it('by selector removes the nodes it admitted when their host no longer matches, and none that others authorized', () => {
    const home = wanted({ site: 'home' });
    expect(decided(CLOUD, { wanted: home, record: admitted })).toEqual(sendsAway('admission: selector'));
    expect(decided(CLOUD, { wanted: home, record: foreign })).toBeNull();
  });

  it('with a time limit admits for that long after the node became desired', () => {
    const since = (msAgo: number) => wanted({}, NOW - msAgo);
    expect(decided(AN_HOUR, { wanted: since(HOUR_MS - 1) })).toEqual(letsIn('admission: fleet'));
    expect(decided(AN_HOUR, { wanted: since(HOUR_MS) })).toEqual(sendsAway('admission: expired'));
    expect(decided(AN_HOUR, { wanted: since(HOUR_MS), record: admitted })).toEqual(sendsAway('admission: expired'));
  });

  it('whose time limit has passed does not remove nodes that someone else authorized', () => {
    expect(decided(AN_HOUR, { wanted: wanted({}, NOW - HOUR_MS), record: foreign })).toBeNull();
  });
});

describe('a node that is no longer desired', () => {
  it('is removed when Orrery authorized it, and stays when someone else did', () => {
    expect(decided(FLEET, { record: admitted })).toEqual(sendsAway('admission: left'));
    expect(decided(FLEET, { record: foreign })).toBeNull();
  });

  it('stays when the policy keeps nodes that leave', () => {
    expect(decided(policy({ onLeave: 'keep' }), { record: admitted })).toBeNull();
  });

  it('is removed once: a record that is already deauthorized is left alone', () => {
    expect(decided(FLEET, { record: { authorized: false, admittedBy: 'admission: fleet' } })).toBeNull();
  });
});

describe('in every combination', () => {
  const time = fc.integer({ min: NOW - 2 * HOUR_MS, max: NOW + 2 * HOUR_MS });
  const labels = fc.constantFrom<Labels>({}, { site: 'cloud' }, { site: 'home' });
  const policies = fc
    .record({
      by: fc.constantFrom('manual' as const, 'fleet' as const, 'selector' as const),
      for: fc.option(fc.constantFrom('10s', '1h')),
      onLeave: fc.constantFrom('deauthorize' as const, 'keep' as const),
    })
    .map(({ by, for: howLong, onLeave }) =>
      policy({
        ...{ by, onLeave, selector: by === 'selector' ? 'site=cloud' : null },
        for: by === 'manual' ? null : howLong,
      }),
    );
  const wishes = fc.option(fc.record({ since: time, labels }));
  const records = fc.option(
    fc.record({ authorized: fc.boolean(), admittedBy: fc.option(fc.constantFrom('admission: fleet', 'ann')) }),
  );
  const holds = (law: (by: AdmissionPolicy, candidate: Omit<Candidate, 'said'>, at: number) => void) =>
    fc.assert(
      fc.property(policies, fc.record({ wanted: wishes, record: records, isContested: fc.boolean() }), time, law),
      { numRuns: 1000 },
    );

  it('a denial is never overruled', () =>
    holds((by, candidate, at) => {
      expect(decide(by, { ...candidate, said: said('deny', at) }, NOW)).toMatchObject({ authorize: false, by: 'ann' });
    }));

  it('an expired verdict never authorizes, and a valid one always does', () =>
    holds((by, candidate, until) => {
      expect(decide(by, { ...candidate, said: said('authorize', until) }, NOW)?.authorize).toBe(until > NOW);
    }));

  it('only a verdict takes back what others authorized', () =>
    holds((by, candidate) => {
      expect(decide(by, { ...candidate, said: null, record: foreign }, NOW)?.authorize ?? true).toBe(true);
    }));

  it('no node is authorized without a verdict unless it is desired', () =>
    holds((by, candidate) => {
      expect(decide(by, { ...candidate, said: null, wanted: null }, NOW)?.authorize ?? false).toBe(false);
    }));
});
