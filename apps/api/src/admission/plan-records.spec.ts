import { describe, expect, it } from '@jest/globals';
import { AdmissionPolicy } from '@orrery/shared/contracts';
import { newId } from '@orrery/shared/runtime';
import type { CandidateRow } from './candidates.repository.js';
import { planRecords } from './plan-records.js';

type Said = NonNullable<CandidateRow['said']>;
type Record = NonNullable<CandidateRow['record']>;

const NOW = 1_000_000;
const address = 'deadbeef01';
const FLEET = AdmissionPolicy.parse({});

const stranger: CandidateRow = {
  ...{ address, node: null, host: null, item: null, since: null, labels: null, said: null, record: null },
  seen: [],
  isContested: false,
};
const ours = { node: newId('nod'), host: newId('hst'), item: newId('itm'), since: NOW, labels: {} };
const gone = { ...ours, since: null };
const said = (more: Partial<Said>): Said => ({
  ...{ verdict: null, until: null, by: 'ann', name: null, addresses: null, bridge: null, noAutoAssign: null },
  ...{ forget: false, ...more },
});
const record = (more: Partial<Record> = {}): Record => ({
  ...{ address, authorized: false, name: '', addresses: [], bridge: false, noAutoAssign: false, version: '1.14.1' },
  ...{ admittedBy: null, isRequested: false, wasSentAway: false, toldAddresses: null, ...more },
});
const admitted = record({ authorized: true, admittedBy: 'admission: fleet' });

const plan = (more: Partial<CandidateRow>, policy = FLEET) => planRecords(policy, [{ ...stranger, ...more }], NOW);
const change = (...of: Parameters<typeof plan>) => plan(...of).changes[0]?.change;
const asks = (more: Partial<CandidateRow>) => plan(more).requests.length === 1;

describe('the changes for a controller', () => {
  it('authorize the nodes to be authorized, whether or not they have a record', () => {
    expect(plan(ours).changes).toMatchObject([
      { change: { address, authorized: true }, moves: 'in', decision: { by: 'admission: fleet' } },
    ]);
    expect(change({ ...ours, record: record() })).toEqual({ address, authorized: true });
  });

  it('deauthorize the nodes to be removed', () => {
    expect(plan({ ...gone, record: admitted }).changes).toMatchObject([
      { change: { address, authorized: false }, moves: 'out', decision: { by: 'admission: left' } },
    ]);
  });

  it('leave out everything that is already so, and everything undecided', () => {
    expect(change({ ...ours, record: admitted })).toBeUndefined();
    expect(change({ record: record({ authorized: true }) })).toBeUndefined();
    expect(change({ record: record() })).toBeUndefined();
    expect(change({ said: said({ verdict: 'deny' }) })).toBeUndefined();
  });

  it('contain exactly the parts of a record that a person set and that differ', () => {
    const fixed = ['10.5.0.9'];
    const has = record({ name: 'old', addresses: fixed, toldAddresses: fixed, bridge: true, noAutoAssign: true });
    const change_of = (more: Partial<Said>) => change({ said: said(more), record: has });
    expect(change_of({ name: 'new' })).toEqual({ address, name: 'new' });
    expect(change_of({ addresses: ['10.5.0.7'] })).toEqual({ address, addresses: ['10.5.0.7'] });
    expect(change_of({ bridge: false })).toEqual({ address, bridge: false });
    expect(change_of({ noAutoAssign: false })).toEqual({ address, noAutoAssign: false });
    expect(change_of({ name: 'old', addresses: fixed, bridge: true, noAutoAssign: true })).toBeUndefined();
    expect(change_of({})).toBeUndefined();
  });

  it('set fixed addresses once: those that the controller assigned in addition stay', () => {
    const fixed = ['10.5.0.9'];
    const has = record({ addresses: [...fixed, '10.5.0.130'], toldAddresses: fixed });
    const toBe = (addresses: string[], of = has) => change({ said: said({ addresses }), record: of })?.addresses;
    expect(toBe(fixed)).toBeUndefined();
    expect(toBe([...fixed, '10.5.0.8'])).toEqual([...fixed, '10.5.0.8']);
    expect(toBe(fixed, { ...has, addresses: ['10.5.0.130'] })).toEqual(fixed);
  });

  it('remove fixed addresses only if there were some and there are none now', () => {
    const nothing = said({ addresses: [] });
    const has = record({ addresses: ['10.5.0.9'] });
    expect(change({ said: nothing, record: { ...has, toldAddresses: ['10.5.0.9'] } })).toEqual({
      address,
      addresses: [],
    });
    expect(change({ said: nothing, record: has })).toBeUndefined();
  });

  it('combine authorization and the rest of a record in one change', () => {
    expect(change({ said: said({ verdict: 'authorize', name: 'printer', bridge: true }) })).toEqual({
      ...{ address, authorized: true, name: 'printer', bridge: true },
    });
  });
});

describe('a record to forget', () => {
  const forgotten = said({ verdict: 'deny', forget: true });

  it('is deleted without being changed first', () => {
    const { forget, changes, requests } = plan({ said: forgotten, record: admitted });
    expect(forget).toHaveLength(1);
    expect([changes, requests]).toEqual([[], []]);
  });

  it('is only denied when the node has an item: it would come back', () => {
    for (const who of [ours, gone]) {
      const { forget, changes } = plan({ ...who, said: forgotten, record: admitted });
      expect(forget).toEqual([]);
      expect(changes).toMatchObject([{ change: { authorized: false }, decision: { by: 'ann' } }]);
    }
  });
});

describe('a node that asks to be authorized', () => {
  it('is reported when it has asked, is not authorized, and is undecided', () => {
    expect(asks({ record: record() })).toBe(true);
  });

  it.each<[string, Partial<CandidateRow>]>([
    ['has no record', { record: null }],
    ['never asked: its record was created in advance', { record: record({ version: null }) }],
    ['is authorized', { record: record({ authorized: true }) }],
    ['was already reported', { record: record({ isRequested: true }) }],
    ['was deauthorized by Orrery', { record: record({ wasSentAway: true }) }],
    ['is desired, and admitted for that', { ...ours, record: record() }],
    ['was denied', { said: said({ verdict: 'deny' }), record: record() }],
    [
      'had an authorization that has expired',
      { said: said({ verdict: 'authorize', until: NOW - 1 }), record: record() },
    ],
  ])('is not reported for one that %s', (_, more) => {
    expect(asks(more)).toBe(false);
  });

  it('is reported even if a person has named it without a verdict', () => {
    expect(asks({ said: said({ name: 'printer' }), record: record({ name: 'printer' }) })).toBe(true);
  });
});

it('keeps every node separate', () => {
  const rows = ['a', 'b', 'c'].map((digit) => ({ ...stranger, address: digit.repeat(10) }));
  const [one, two, three] = rows as [CandidateRow, CandidateRow, CandidateRow];
  const { changes, forget, requests } = planRecords(
    FLEET,
    [
      { ...one, ...ours },
      { ...two, said: said({ forget: true, verdict: 'deny' }) },
      { ...three, record: record({ address: three.address }) },
    ],
    NOW,
  );
  expect([changes.map(({ change: told }) => told.address), forget, requests].flat()).toMatchObject([
    one.address,
    { address: two.address },
    { address: three.address },
  ]);
});
