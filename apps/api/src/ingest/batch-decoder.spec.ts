import { describe, expect, it } from '@jest/globals';
import { newId } from '@orrery/shared/runtime';
import { isPoison, type Batch } from './batch.js';
import { decodeBatch } from './batch-decoder.js';

const host = newId('hst');
const epoch = newId('epo');
const AT = '2026-05-01T10:00:00.000Z';
const event = (seq: number, cause: unknown = 'fine', more: object = {}) => ({
  seq,
  at: AT,
  type: 'host.engine-down',
  data: { cause },
  ...more,
});
const text = (events: unknown[], from = 1) => JSON.stringify({ epoch, from, events });
const decode = (body: string | Buffer) => decodeBatch(host, Buffer.from(body));

/** The poison events, with reasons, of a batch that is not refused. */
function reasons(body: string | Buffer): (string | undefined)[] {
  const batch = decode(body);
  if ('result' in batch) throw new Error(batch.cause);
  return batch.events.map((each) => (isPoison(each) ? each.reason : undefined));
}
const between = (poison: unknown) => text([event(1), poison, event(3)]);

describe('decodeBatch', () => {
  it('reads a batch, and drops fields that are not in a contract', () => {
    const batch = decode(text([event(1, 'a', { extra: 1 })])) as Batch;
    expect(batch).toMatchObject({ host, epoch, from: 1, events: [{ seq: 1, at: AT, fact: { data: { cause: 'a' } } }] });
    expect(JSON.stringify(batch)).not.toContain('extra');
  });

  it.each([
    ['an unknown type', event(2, 'a', { type: 'host.exploded' }), /type/],
    ['a wrong field', event(2, 7), /cause/],
    ['no data', { ...event(2), data: undefined }, /data/],
    ['a wrong time', { ...event(2), at: 'yesterday' }, /at/],
    ['the number of another position', event(7), /number 7 instead of 2/],
    ['a NUL', event(2, 'a\0b'), /NUL/],
    ['a NUL in a key', event(2, 'a', { 'k\0': 1 }), /NUL/],
    ['a lone surrogate', event(2, '\ud800'), /surrogate/],
    ['nothing at all', null, /./],
    ['a string', 'boo', /./],
  ])('puts an event with %s aside and keeps its neighbors', (_name, poison, reason) => {
    const [first, second, third] = reasons(between(poison));
    expect([first, third]).toEqual([undefined, undefined]);
    expect(second).toMatch(reason);
  });

  it('keeps a pair of surrogates, which is a character', () => {
    expect(reasons(between(event(2, '🪐')))).toEqual([undefined, undefined, undefined]);
  });

  it('puts aside an event with a key __proto__, and changes no prototype', () => {
    const body = between(event(2)).replace(
      '"cause":"fine"}},{"seq":3',
      '"cause":"fine","__proto__":{"polluted":1}}},{"seq":3',
    );
    expect(reasons(body)[1]).toMatch(/__proto__/);
    expect(({} as { polluted?: number }).polluted).toBeUndefined();
  });

  it('puts aside an event that is nested 10,000 deep, and keeps its raw bytes', () => {
    const deep = `${'['.repeat(10_000)}${']'.repeat(10_000)}`;
    const body = between(event(2, 'DEEP')).replace('"DEEP"', deep);
    expect(reasons(body)).toEqual([undefined, expect.stringContaining('nested'), undefined]);
    const [, poison] = (decode(body) as Batch).events;
    expect(poison && isPoison(poison) && poison.raw.toString()).toBe(body);
  });

  it('puts aside the one event that is not valid UTF-8, and reads its neighbors correctly', () => {
    const body = Buffer.from(text([event(1, 'grün'), event(2, 'BAD'), event(3, '🪐')]));
    body[body.indexOf('BAD')] = 0xff;
    expect(reasons(body)).toEqual([undefined, 'it is not valid UTF-8', undefined]);
    const [first, , third] = (decode(body) as Batch).events;
    expect([first, third]).toMatchObject([{ fact: { data: { cause: 'grün' } } }, { fact: { data: { cause: '🪐' } } }]);
  });

  it.each([
    ['is not JSON', '{'],
    ['is empty', ''],
    ['has no events', text([])],
    ['has too many events', text(Array.from({ length: 501 }, (_, index) => event(index + 1)))],
    ['names no epoch', JSON.stringify({ from: 1, events: [event(1)] })],
    ['begins at 0', text([event(0)], 0)],
    ['is larger than 256 KiB', text([event(1, 'x'.repeat(256 * 1024))])],
  ])('refuses a batch that %s', (_name, body) => {
    expect(decode(body)).toMatchObject({ result: 'refused', cause: expect.any(String) });
  });

  it('accepts a batch of just under 256 KiB', () => {
    const events = Array.from({ length: 124 }, (_, index) => event(index + 1, 'x'.repeat(2000)));
    const batch = text(events);
    expect(batch.length).toBeGreaterThan(250 * 1024);
    expect(reasons(batch)).toEqual(events.map(() => undefined));
  });
});

describe('when an event happened', () => {
  const NOW = Date.parse('2026-05-01T12:00:00.000Z');
  const momentOf = (sentAt: unknown) => {
    const batch = decodeBatch(
      host,
      Buffer.from(JSON.stringify({ epoch, from: 1, at: sentAt, events: [event(1)] })),
      NOW,
    );
    const [first] = (batch as Batch).events;
    return first && !isPoison(first) ? first.happenedAt.toISOString() : undefined;
  };

  it.each([
    ['as long ago as a host with a correct clock would say', '2026-05-01T10:01:00.000Z', '2026-05-01T11:59:00.000Z'],
    [
      'never after its arrival, if the clock was set back in between',
      '2026-05-01T08:00:00.000Z',
      '2026-05-01T12:00:00.000Z',
    ],
    ['the time that the host gives, if it does not say when it sent the batch', undefined, AT],
    ['the same, if what it says is not a time', 'soon', AT],
  ])('is %s', (_what, sentAt, moment) => expect(momentOf(sentAt)).toBe(moment));
});
