import { describe, expect, it } from '@jest/globals';
import type { Shape } from '../../api/client.js';
import { isDull, narrate } from './narrate.js';

type Event = Shape<'CloudEvent'>;
const NAMES = new Map([
  ['8056c2e21c000001', 'lab'],
  ['10.1.2.4', 'web-2/demo'],
  ['89e92ceee5', 'web-2/demo'],
]);
const ofDemo = { subject: 'web-1/demo' };
const inLab = { subject: 'web-1/demo/8056c2e21c000001' };
const probed = (result: object) => event('probe.finished', { ...ofDemo, data: { target: '10.1.2.4', result } });

const event = (type: string, more: Partial<Event> = {}): Event => ({
  ...{ specversion: '1.0', id: 'a-1', type: `io.orrery.${type}`, source: '/hosts/web-1', subject: null },
  ...{ time: '2026-01-31T12:00:00Z', datacontenttype: 'application/json', orreryhost: null },
  ...{ orrerycommittime: '2026-01-31T12:00:00Z', orreryhosttime: null, simulated: false, data: {}, ...more },
});
const path = (after: object) => event('path.direct', { ...ofDemo, data: { after } });

describe('an event in words', () => {
  it.each<[string, Event]>([
    ['web-1 came online', event('host.online')],
    ['zerotier-one of web-1/demo in lab waits to be authorized', event('authorization.requested', inLab)],
    ['zerotier-one of web-1/demo in lab has its configuration', event('authorization.granted', inLab)],
    ['web-1/demo in lab asks to be authorized', event('admission.requested', inLab)],
    ['web-1/demo asks to join lab', event('network.joined', inLab)],
    ['web-1/demo asks to join lab', event('item.progress', { ...inLab, data: { stage: 'joined', detail: 'lab' } })],
    ['web-1/demo hears other nodes', event('item.progress', { ...ofDemo, data: { stage: 'heard', detail: '' } })],
    [
      'the image of web-1/demo was fetched: zerotier/zerotier:1.14.2',
      event('item.progress', { ...ofDemo, data: { stage: 'pull', detail: 'zerotier/zerotier:1.14.2' } }),
    ],
    ['web-1/demo: newer x', event('item.progress', { ...ofDemo, data: { stage: 'newer', detail: 'x' } })],
    ['web-5 joined the fleet, added by anna', event('host.joined', { source: '/hosts/web-5', data: { by: 'anna' } })],
    [
      'web-5 joined the fleet, with the join secret',
      event('host.joined', { source: '/hosts/web-5', data: { by: 'join secret' } }),
    ],
    ['the launch of demo reached its host', event('command.delivered', { data: { action: 'launch', target: 'demo' } })],
    ['lab was created', event('network.created', { source: '/api', subject: '8056c2e21c000001' })],
    [
      'the join of web-1 in lab was asked for',
      event('command.created', { data: { action: 'join', target: 'web-1 in 8056c2e21c000001' } }),
    ],
    ['web-1 runs the workload shop/db/1', event('workload.found', { data: { workload: 'shop/db/1' } })],
    ['lab was deleted', event('network.deleted', { subject: '8056c2e21c000009', data: { name: 'lab' } })],
    ['web-1/demo lost its path to web-2/demo', event('path.lost', { ...ofDemo, data: { peer: '89e92ceee5' } })],
    ['web-1/demo has a direct path to web-2/demo', path({ address: '89e92ceee5', role: 'PLANET' })],
    ['web-1/demo has a direct path to a root (778cde7190)', path({ address: '778cde7190', role: 'PLANET' })],
    [
      'the removal of the router web-1/lab-router in lab is done',
      event('command.done', { data: { action: 'unroute', target: 'web-1/lab-router in lab' } }),
    ],
    ['web-1: fixed: Docker does not answer', event('finding.cleared', { data: { code: 'docker-unreachable' } })],
    ['web-1/demo died', event('container.died', { ...ofDemo, data: { exitCode: null } })],
    ['web-1/demo reaches web-2/demo: 4 of 4', probed({ code: 'reached', ping: { sent: 4, received: 4 } })],
    ['web-1/demo does not reach web-2/demo: no reply', probed({ code: 'timed-out', cause: 'no reply' })],
    [
      'web-1/lab-router carries 192.168.10.0/24 into lab now: anna asked for it',
      event('route.switched', {
        ...{ source: '/api', subject: 'lab-router/8056c2e21c000001' },
        data: {
          ...{ network: '8056c2e21c000001', target: '192.168.10.0/24', router: 'web-1/lab-router' },
          cause: 'anna asked for it',
        },
      }),
    ],
    ['web-1: something newer', event('something.newer')],
  ])('is: %s', (text, of) => {
    expect(narrate(of, NAMES).text).toBe(text);
  });

  it.each<[string, string, Partial<Event>]>([
    [
      'web-1/demo was stopped, to be removed',
      'container.died',
      { ...ofDemo, data: { exitCode: 137, ordered: 'remove' } },
    ],
    [
      'web-1/demo in lab gave up the interface zt0',
      'interface.down',
      { ...inLab, data: { device: 'zt0', ordered: 'leave' } },
    ],
    ['web-1/demo left lab', 'network.left', { ...inLab, data: { ordered: 'leave' } }],
  ])('is no failure if somebody asked for what it follows from: %s', (text, type, more) => {
    expect(narrate(event(type, more), NAMES)).toEqual({ text, state: 'asked' });
  });

  it('is a failure if nobody asked for it', () => {
    const died = narrate(event('container.died', { ...ofDemo, data: { exitCode: 137 } }), NAMES);
    expect(died).toEqual({ text: 'web-1/demo died, exit 137', state: 'failed' });
  });

  it('says that a node is of others only where the nodes of the fleet are known', () => {
    const other = path({ address: '63cb1cdedd', role: 'LEAF' });
    const told = narrate(other, Object.assign(new Map(NAMES), { hasNodes: true }));
    expect(told.text).toBe('web-1/demo has a direct path to the node 63cb1cdedd, which is not in this fleet');
    expect(narrate(other, NAMES).text).toBe('web-1/demo has a direct path to 63cb1cdedd');
  });

  it('says who caused it, unless that was the agent', () => {
    expect(narrate(event('host.paused', { data: { by: 'anna' } }), NAMES).by).toBe('anna');
    for (const by of ['agent', 'failover'])
      expect(narrate(event('route.switched', { data: { by } }), NAMES).by).toBeUndefined();
    const admitted = event('admission.authorized', { ...inLab, data: { by: 'admission: fleet' } });
    expect(narrate(admitted, NAMES)).toMatchObject({ text: 'web-1/demo in lab was authorized', by: 'its policy' });
  });

  it('is left out of short lists if it only repeats what was observed', () => {
    const progress = (stage: string) => isDull(event('item.progress', { ...inLab, data: { stage } }));
    expect([progress('authorized'), progress('pull'), isDull(event('authorization.granted', inLab))]).toEqual([
      ...[true, false, false],
    ]);
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
