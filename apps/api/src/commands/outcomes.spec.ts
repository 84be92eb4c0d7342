import { describe, expect, it } from '@jest/globals';
import { FailureCode, meaningOf, Outcome, ShownOutcome, WaitingCode } from '@orrery/shared/contracts';
import { showing, showOutcome } from './outcomes.js';

const words = { cause: 'why', fix: 'what to do' };
const paused: Outcome = { kind: 'waiting', code: 'paused', ...words };
const resume = { method: 'POST', path: '/v1/hosts/{host}/resume' };

describe('an outcome as the API shows it', () => {
  it('has the request that does what its fix says', () => {
    expect(showOutcome(paused)).toEqual({ ...paused, see: resume });
    expect(showing({ item: 'itm', outcome: paused })).toEqual({ item: 'itm', outcome: { ...paused, see: resume } });
  });

  it('has none where there is none: it is done, not reported yet, or nobody can do it by a request', () => {
    const done: Outcome = { kind: 'done' };
    const signIn: Outcome = { kind: 'waiting', code: 'authentication', ...words };
    for (const outcome of [done, signIn]) expect(showOutcome(outcome)).toEqual(outcome);
    expect(showing({ outcome: null })).toEqual({ outcome: null });
  });

  it('has for every code what the catalogue has', () => {
    const all = [
      ...WaitingCode.options.map((code) => ({ kind: 'waiting' as const, code, ...words })),
      ...FailureCode.options.map((code) => ({ kind: 'failed' as const, code, ...words })),
    ];
    const shown = all.map((outcome) => ShownOutcome.parse(showOutcome(outcome)));
    expect(shown.map((outcome) => 'see' in outcome && outcome.see)).toEqual(
      all.map(({ code }) => meaningOf(code)?.see ?? false),
    );
    expect(shown.filter((outcome) => 'see' in outcome).length).toBeGreaterThan(10);
  });

  it('is never what a host says it is: an agent cannot name a request', () => {
    expect(Outcome.parse({ ...paused, see: { method: 'DELETE', path: '/v1/hosts/web-1' } })).toEqual(paused);
  });
});
