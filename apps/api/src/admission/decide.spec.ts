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

  it('is neither let in by a policy nor sent away by one, whatever it was', () => {
    for (const record of [null, admitted, foreign, out])
      for (const by of [FLEET, CLOUD, AN_HOUR, MANUAL]) {
        expect(decided(by, { ...contested, record })).toBeNull();
        expect(decided(by, { ...contested, record, wanted: wanted({}, NOW - HOUR_MS) })).toBeNull();
      }
    expect(decided(FLEET, { record: admitted })).toEqual(sendsAway('admission: left'));
  });

  it('is let in or kept out by the word of a person', () => {
    expect(decided(FLEET, { ...contested, said: said('authorize') })).toEqual(letsIn('ann'));
    expect(decided(FLEET, { ...contested, record: admitted, said: said('deny') })).toEqual(sendsAway('ann'));
    expect(decided(FLEET, { ...contested, said: said('authorize', NOW) })).toEqual(sendsAway('admission: expired'));
  });
});

describe('the word of a person', () => {
  it('lets a stranger in, and denies a node that the policy would let in', () => {
    expect(decided(FLEET, { said: said('authorize') })).toEqual(letsIn('ann'));
    expect(decided(FLEET, { wanted: wanted(), said: said('deny') })).toEqual(sendsAway('ann'));
    expect(decided(FLEET, { wanted: wanted() })).toEqual(letsIn('admission: fleet'));
  });

  it('holds until its time is over, and not a moment longer', () => {
    expect(decided(FLEET, { said: said('authorize', NOW + 1) })).toEqual(letsIn('ann'));
    expect(decided(FLEET, { said: said('authorize', NOW) })).toEqual(sendsAway('admission: expired'));
    expect(decided(FLEET, { said: said('authorize', NOW - 1) })?.why).toContain('ann');
  });

  it('that is over is not followed by the policy: the time was meant', () => {
    expect(decided(FLEET, { wanted: wanted(), said: said('authorize', NOW - 1) })?.authorize).toBe(false);
  });

  it('about something else than who gets in leaves the decision to the policy', () => {
    expect(decided(FLEET, { wanted: wanted(), said: said(null) })).toEqual(letsIn('admission: fleet'));
    expect(decided(FLEET, { said: said(null) })).toBeNull();
  });
});

describe('a policy', () => {
  it('lets in whom Orrery wants there, and says nothing of anybody else', () => {
    expect(decided(FLEET, { wanted: wanted() })).toEqual(letsIn('admission: fleet'));
    expect(decided(FLEET, { record: out })).toBeNull();
    expect(decided(FLEET, {})).toBeNull();
  });

  it('of a person decides nothing, not even of those who are wanted', () => {
    expect(decided(MANUAL, { wanted: wanted() })).toBeNull();
    expect(decided(MANUAL, { wanted: wanted(), record: admitted })).toBeNull();
  });

  it('by selector lets in nodes on hosts that match, and none that nobody wants', () => {
    expect(decided(CLOUD, { wanted: wanted({ site: 'cloud' }) })).toEqual(letsIn('admission: selector'));
    expect(decided(CLOUD, { wanted: wanted({ site: 'home' }) })).toBeNull();
    expect(decided(CLOUD, { record: out })).toBeNull();
  });

  it('by selector sends away whom it let in and whose host matches no more, and nobody whom others let in', () => {
    const home = wanted({ site: 'home' });
    expect(decided(CLOUD, { wanted: home, record: admitted })).toEqual(sendsAway('admission: selector'));
    expect(decided(CLOUD, { wanted: home, record: foreign })).toBeNull();
  });

  it('for a time admits for so long after the node was wanted', () => {
    const since = (msAgo: number) => wanted({}, NOW - msAgo);
    expect(decided(AN_HOUR, { wanted: since(HOUR_MS - 1) })).toEqual(letsIn('admission: fleet'));
    expect(decided(AN_HOUR, { wanted: since(HOUR_MS) })).toEqual(sendsAway('admission: expired'));
    expect(decided(AN_HOUR, { wanted: since(HOUR_MS), record: admitted })).toEqual(sendsAway('admission: expired'));
  });

  it('whose time is over sends nobody away whom somebody else let in', () => {
    expect(decided(AN_HOUR, { wanted: wanted({}, NOW - HOUR_MS), record: foreign })).toBeNull();
  });
});

describe('who is wanted no more', () => {
  it('is sent away when Orrery let it in, and stays when others did', () => {
    expect(decided(FLEET, { record: admitted })).toEqual(sendsAway('admission: left'));
    expect(decided(FLEET, { record: foreign })).toBeNull();
  });

  it('stays where the policy keeps who leaves', () => {
    expect(decided(policy({ onLeave: 'keep' }), { record: admitted })).toBeNull();
  });

  it('is sent away once: a record that is out already is left alone', () => {
    expect(decided(FLEET, { record: { authorized: false, admittedBy: 'admission: fleet' } })).toBeNull();
  });
});

describe('whatever else is true', () => {
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

  it('a word whose time is over never lets anybody in, and one that holds always does', () =>
    holds((by, candidate, until) => {
      expect(decide(by, { ...candidate, said: said('authorize', until) }, NOW)?.authorize).toBe(until > NOW);
    }));

  it('what others authorized is taken back by nothing but a word', () =>
    holds((by, candidate) => {
      expect(decide(by, { ...candidate, said: null, record: foreign }, NOW)?.authorize ?? true).toBe(true);
    }));

  it('nobody is let in without a word whom nobody wants', () =>
    holds((by, candidate) => {
      expect(decide(by, { ...candidate, said: null, wanted: null }, NOW)?.authorize ?? false).toBe(false);
    }));
});
