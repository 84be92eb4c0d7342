import { describe, expect, it } from '@jest/globals';
import type { Shape } from '../api/client.js';
import { planLines } from './plan-lines.js';

type Planned = Shape<'DryRun'>['changes'][number];

const change = (noun: Planned['noun'], name: string, more: Partial<Planned> = {}): Planned => ({
  ...{ noun, name, action: 'create', fields: [] },
  ...more,
});
const lines = (changes: Planned[], hosts: Shape<'DryRun'>['hosts'] = []) =>
  planLines({ dryRun: true, changes, hosts }, new Map([['8056c2e21c000001', 'shop']])).map(
    ({ is, text }) => `${is}: ${text}`,
  );
const host = { id: 'hst_a', name: 'onprem-1' };

describe('what a dry run says', () => {
  it('begins with who does not take a route and who joins again for it', () => {
    const fields = [
      { field: 'notTaken', is: null, becomes: ['web-3: its own route 192.168.10.0/24'] },
      { field: 'joinedAgain', is: null, becomes: ['web-1', 'web-2'] },
      { field: 'warnings', is: null, becomes: ['nobody stands by'] },
    ];
    expect(lines([change('route', '192.168.10.0/24 in shop', { fields })])).toEqual([
      'waiting: Not taken by web-3: its own route 192.168.10.0/24',
      'waiting: web-1 and web-2 join the network again: connections there break once',
      'waiting: nobody stands by',
      'asked: The route 192.168.10.0/24 in shop is created',
    ]);
  });

  it('names everything of one name in one line', () => {
    const of = [change('container', 'a/r'), change('membership', 'a/r in shop'), change('router', 'a/r in shop')];
    expect(lines(of)).toEqual(['asked: The container, membership and router a/r are created']);
  });

  it('shows fields that change, each with both values, and no others', () => {
    const fields = [
      { field: 'paused', is: false, becomes: true },
      { field: 'name', is: 'a', becomes: 'a' },
    ];
    expect(lines([change('host', 'web-1', { action: 'change', fields })])).toEqual([
      'asked: The host web-1 changes: paused false → true',
    ]);
  });

  it('begins with what the policy of a host denies, each cause once', () => {
    const cause = 'the container db does not wear the label orrery.network (rule workloads)';
    const denied = (detail: string) => ({ step: 'policy-denied', target: 'db', detail });
    const steps = [denied(cause), denied(`its container is denied: ${cause}`)];
    expect(lines([change('container', 'onprem-1/db')], [{ host, steps }])).toEqual([
      `failed: The policy of onprem-1 denies it: ${cause}`,
      'asked: The container onprem-1/db is created',
    ]);
  });

  it('names networks whose names are known', () => {
    const join = (network: string) => ({ step: 'join', target: 'db', detail: `join ${network}` });
    const steps = [join('8056c2e21c000001'), join('8056c2e21c000002')];
    expect(lines([], [{ host, steps }])).toEqual([
      'asked: onprem-1: join shop',
      'asked: onprem-1: join 8056c2e21c000002',
    ]);
  });

  it.each<[string, Shape<'PlannedStep'>[] | null]>([
    ['waiting: onprem-1 cannot be reached: it plans its part when it is back', null],
    ['asked: onprem-1 has nothing to do', []],
    ['asked: onprem-1: pull the image', [{ step: 'pull', target: 'x', detail: 'pull the image' }]],
  ])('says of a host: %s', (said, steps) => expect(lines([], [{ host, steps }])).toEqual([said]));
});
