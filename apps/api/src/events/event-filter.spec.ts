import { describe, expect, it } from '@jest/globals';
import { typesOf } from './event-criteria.service.js';
import { isMatch } from './event-filter.js';
import { parseEventId, toCloudEvent, type EventRow } from './event-row.js';
import { parseMoment } from './moments.js';

const row: EventRow = {
  id: 7,
  committedAt: new Date('2026-05-01T10:00:00.123Z'),
  happenedAt: new Date('2026-05-01T09:59:00.000Z'),
  type: 'authorization.requested',
  hostId: 'hst_aaaaaaaaaaaaaaaaaaaa',
  hostAt: null,
  nodeId: 'nod_aaaaaaaaaaaaaaaaaaaa',
  networkId: '8056c2e21c000001',
  containerName: 'demo',
  commandId: null,
  subject: 'web-1/demo/8056c2e21c000001',
  simulated: false,
  data: { x: 1 },
};

describe('isMatch', () => {
  it.each([
    [{}],
    [{ hosts: ['hst_b', row.hostId as string] }],
    [{ nodes: [row.nodeId as string] }],
    [{ container: 'demo', network: '8056c2e21c000001' }],
    [{ types: typesOf('authorization.*') }],
    [{ types: typesOf('host.online,io.orrery.authorization.requested') }],
  ])('accepts %j', (criteria) => expect(isMatch(row, criteria)).toBe(true));

  it.each([
    [{ hosts: ['hst_b'] }],
    [{ nodes: [] }],
    [{ container: 'demo', network: '8056c2e21c000002' }],
    [{ command: 'cmd_a' }],
    [{ types: typesOf('authorization.granted') }],
    [{ types: typesOf('access.*') }],
  ])('rejects events that %j does not match', (criteria) => expect(isMatch(row, criteria)).toBe(false));
});

describe('typesOf', () => {
  it('accepts types and families, with and without their prefix', () => {
    expect(typesOf('host.online, network.not-found,io.orrery.path.*')).toEqual({
      exact: ['host.online', 'network.not-found'],
      families: ['path.'],
    });
  });

  it.each(['', '*', '%', 'a.*.b', 'Host.Online', "x' or 1", 'host', 'host.onlin', 'hots.*', 'constructor'])(
    'refuses %j',
    (text) => expect(() => typesOf(text)).toThrow(expect.objectContaining({ code: 'bad-request' })),
  );

  it.each([
    ['authorisation.requested', 'authorization.requested'],
    ['io.orrery.host.onlin', 'host.online'],
    ['hosts.*', 'host.*'],
    ['Host.Online', 'host.online'],
  ])('names the type that is nearest to %s', (text, near) =>
    expect(() => typesOf(text)).toThrow(`did you mean ${near}?`),
  );
});

describe('parseMoment', () => {
  const now = Date.parse('2026-05-08T10:00:00Z');

  it.each([
    ['90s', '2026-05-08T09:58:30.000Z'],
    ['15m', '2026-05-08T09:45:00.000Z'],
    ['7d', '2026-05-01T10:00:00.000Z'],
    ['2026-05-01', '2026-05-01T00:00:00.000Z'],
    ['2026-05-01T10:00:00+02:00', '2026-05-01T08:00:00.000Z'],
  ])('reads %s', (text, moment) => expect(parseMoment('since', text, now).toISOString()).toBe(moment));

  it.each([
    ['352000w', '2940w'],
    ['999999999999999s', `${now / 1000}s`],
    ['2026-02-30', '2026-02-28'],
    ['2024-02-30T10:00:00Z', '2024-02-29'],
    ['0000-00-01', 'a time such as'],
    ['1969-12-31', '1970-01-01'],
  ])('refuses %s, and names the nearest value', (text, near) => {
    expect(() => parseMoment('since', text, now)).toThrow(
      expect.objectContaining({ code: 'bad-request', message: expect.stringContaining(near) }),
    );
  });

  it('reads the longest possible duration', () => {
    expect(parseMoment('since', '2940w', now).getTime()).toBeGreaterThanOrEqual(0);
  });

  it.each(['', 'yesterday', '5', '5y', '-5m', '2026-13-45', '2026-05-01 (or so)'])('refuses %j', (text) => {
    expect(() => parseMoment('since', text, now)).toThrow(expect.objectContaining({ code: 'bad-request' }));
  });
});

describe('the envelope', () => {
  it('is a CloudEvent', () => {
    expect(toCloudEvent('s1', row)).toEqual({
      specversion: '1.0',
      id: 's1-7',
      type: 'io.orrery.authorization.requested',
      source: '/hosts/web-1',
      subject: 'web-1/demo/8056c2e21c000001',
      time: '2026-05-01T09:59:00.000Z',
      datacontenttype: 'application/json',
      orreryhost: row.hostId,
      orrerycommittime: '2026-05-01T10:00:00.123Z',
      orreryhosttime: null,
      simulated: false,
      data: { x: 1 },
    });
  });

  it('has an ID that names store and number', () => {
    expect(parseEventId('s1-7')).toEqual({ store: 's1', id: 7 });
    for (const text of ['7', 's1-', 's1-x', 's1-7-8', '']) expect(parseEventId(text)).toBeUndefined();
  });
});
