import { describe, expect, it } from '@jest/globals';
import type { Shape } from '../../api/client.js';
import { narrate } from './narrate.js';

type Event = Shape<'CloudEvent'>;
const NAMES = new Map([['8056c2e21c000001', 'lab']]);

const event = (type: string, more: Partial<Event> = {}): Event => ({
  ...{ specversion: '1.0', id: 'a-1', type: `io.orrery.${type}`, source: '/hosts/web-1', subject: null },
  ...{ time: '2026-01-31T12:00:00Z', datacontenttype: 'application/json', orreryhost: null },
  ...{ orrerycommittime: '2026-01-31T12:00:00Z', orreryhosttime: null, simulated: false, data: {}, ...more },
});

describe('an event in words', () => {
  it.each<[string, Event]>([
    ['web-1 came online', event('host.online')],
    [
      'web-1/demo in lab asks to be authorized',
      event('authorization.requested', { subject: 'web-1/demo/8056c2e21c000001' }),
    ],
    ['lab was created', event('network.created', { source: '/api', subject: '8056c2e21c000001' })],
    [
      'join web-1 in lab was asked for',
      event('command.created', { data: { action: 'join', target: 'web-1 in 8056c2e21c000001' } }),
    ],
    ['web-1: workload found', event('workload.found')],
    ['web-1: something newer', event('something.newer')],
  ])('is: %s', (text, of) => {
    expect(narrate(of, NAMES).text).toBe(text);
  });

  it('says who caused it, unless that was the agent', () => {
    expect(narrate(event('host.paused', { data: { by: 'anna' } }), NAMES).by).toBe('anna');
    expect(narrate(event('item.progress', { data: { by: 'agent' } }), NAMES).by).toBeUndefined();
  });

  it('survives data of any shape', () => {
    for (const data of [
      { cause: 5, after: null, finding: 'x', outcome: [] },
      { after: { address: {} }, exitCode: 'no' },
    ])
      for (const type of ['node.up', 'finding.raised', 'command.failed', 'container.died'])
        expect(narrate(event(type, { data }), NAMES).text).not.toContain('object');
  });
});
