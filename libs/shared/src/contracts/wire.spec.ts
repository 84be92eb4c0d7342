import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { idFrom } from './ids.js';
import { Hello, hostOf, inboxPrefix, subjects } from './wire.js';

const host = idFrom('hst', new Uint8Array(20));

describe('a subject', () => {
  it('is fixed for all agents and APIs', () => {
    expect({
      desired: subjects.desired(host),
      call: subjects.call(host),
      hello: subjects.hello(host),
      events: subjects.events(host),
      beat: subjects.beat(host),
      all: [subjects.anyHello, subjects.anyEvents, subjects.anyBeat],
      inboxes: [inboxPrefix(host), inboxPrefix('api')],
    }).toEqual({
      desired: 'orrery.v1.host.hst_aaaaaaaaaaaaaaaaaaaa.desired',
      call: 'orrery.v1.host.hst_aaaaaaaaaaaaaaaaaaaa.call',
      hello: 'orrery.v1.api.hello.hst_aaaaaaaaaaaaaaaaaaaa',
      events: 'orrery.v1.api.events.hst_aaaaaaaaaaaaaaaaaaaa',
      beat: 'orrery.v1.api.beat.hst_aaaaaaaaaaaaaaaaaaaa',
      all: ['orrery.v1.api.hello.*', 'orrery.v1.api.events.*', 'orrery.v1.api.beat.*'],
      inboxes: ['_INBOX.hst_aaaaaaaaaaaaaaaaaaaa', '_INBOX.api'],
    });
  });

  it('names its host', () => {
    for (const subject of [subjects.desired, subjects.call, subjects.hello, subjects.events, subjects.beat])
      expect(hostOf(subject(host))).toBe(host);
  });

  it.each([
    '',
    'orrery.v1.host',
    'orrery.v1.api.hello',
    'orrery.v1.api.hello.*',
    'orrery.v1.host.>.desired',
    `a.b.c.${host}`,
  ])('names no host in %j', (subject) => {
    expect(hostOf(subject)).toBeUndefined();
  });

  it('never names a host when the ID is invalid', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const found = hostOf(text);
        expect(found === undefined || /^hst_[a-z2-7]{20}$/.test(found)).toBe(true);
      }),
    );
  });
});

describe('a wire message', () => {
  const hello = {
    epoch: idFrom('epo', new Uint8Array(20)),
    agentVersion: '0.1.0',
    simulated: false,
    revision: 0,
    digest: null,
    inventory: 'a'.repeat(64),
    journalHead: 0,
    at: '2026-01-02T03:04:05.000Z',
  };

  it('is accepted with new fields of a newer sender, which are dropped', () => {
    expect(Hello.parse({ ...hello, tomorrow: 1 })).toEqual({ ...hello, freeIdentities: [] });
  });

  it('is refused when a field has another type', () => {
    expect(Hello.safeParse({ ...hello, revision: '0' }).success).toBe(false);
  });
});
