import { describe, expect, it } from '@jest/globals';
import { FailureCode, meaningOf, Outcome, ShownOutcome, WaitingCode } from '@orrery/shared/contracts';
import { showing, showOutcome } from './outcomes.js';

const words = { cause: 'why', fix: 'what to do' };
const paused: Outcome = { kind: 'waiting', code: 'paused', ...words };
const resume = { method: 'POST', path: '/v1/hosts/{host}/resume' };

describe('an outcome as the API shows it', () => {
  it('contains the request that carries out its fix', () => {
    const shown = { ...paused, see: resume, commands: [] };
    expect(showOutcome(paused)).toEqual(shown);
    expect(showing({ item: 'itm', outcome: paused })).toEqual({ item: 'itm', outcome: shown });
  });

  it('contains the commands that carry it out, if it says what it is about, and never shows that', () => {
    const about = { host: 'web-1', kind: 'host', network: null, networkName: null, container: null, isKept: false };
    const commands = [{ on: 'anywhere', host: null, run: 'orrery host resume web-1' }];
    expect(showOutcome({ ...paused, about })).toEqual({ ...paused, see: resume, commands });
  });

  it('contains none where there is none: it is done, not reported yet, or no request can fix it', () => {
    const done: Outcome = { kind: 'done' };
    const signIn: Outcome = { kind: 'waiting', code: 'authentication', ...words };
    expect(showOutcome(done)).toEqual(done);
    expect(showOutcome(signIn)).toEqual({ ...signIn, commands: [] });
    expect(showing({ outcome: null })).toEqual({ outcome: null });
  });

  it('contains for every code what the catalog has', () => {
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

  it('never contains a request from a host: an agent cannot name one', () => {
    expect(Outcome.parse({ ...paused, see: { method: 'DELETE', path: '/v1/hosts/web-1' } })).toEqual(paused);
  });
});
