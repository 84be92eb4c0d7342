import { describe, expect, it } from '@jest/globals';
import type { Shape } from '../../api/client.js';
import { overviewSentence } from './overview-sentence.js';

type Status = Shape<'Status'>;

const status = (more: {
  hosts?: Partial<Status['hosts']>;
  memberships?: Partial<Status['memberships']>;
  attachments?: Status['attachments'];
  attention?: Status['attention'];
}): Status => ({
  hosts: { online: 3, unreachable: 0, joined: 0, unknown: 0, simulated: 0, ...more.hosts },
  containers: { running: 0, total: 0 },
  memberships: { ok: 4, waiting: 0, failed: 0, unmanaged: 0, total: 4, ...more.memberships },
  ...(more.attachments && { attachments: more.attachments }),
  commands: { unfinished: 0 },
  attention: more.attention ?? [],
});
const waiting = (count?: number): Status['attention'][number] => ({
  ...{ severity: 'warning', what: 'web-1/demo in shop waits', cause: 'nobody decided', next: 'orrery explain' },
  ...{ code: 'authorization', ...(count && { count }) },
});

const awaits = (cause: string): Status['attention'][number] => ({
  ...waiting(),
  ...{ code: 'configuration', cause, about: { kind: 'membership' } },
});

describe('the sentence of the overview', () => {
  it.each<[string, Status]>([
    ['Three hosts are online, and all four memberships are as wanted', status({})],
    ['Three hosts are online, and both memberships are as wanted', status({ memberships: { total: 2 } })],
    ['Three hosts are online, and the one membership is as wanted', status({ memberships: { total: 1 } })],
    [
      'One host is online, and nothing is in a network yet',
      status({ hosts: { online: 1 }, memberships: { total: 0 } }),
    ],
    [
      'Three hosts are online, and three memberships are as wanted; one membership was denied',
      status({ memberships: { ok: 3, denied: 1 } }),
    ],
    [
      'Three hosts are online, and two memberships were denied',
      status({ memberships: { ok: 0, denied: 2, total: 2 } }),
    ],
    [
      'Two hosts are unreachable; everything else is as wanted',
      status({ hosts: { unreachable: 2 }, memberships: { denied: 1 } }),
    ],
    [
      'One node waits for a person; everything else is as wanted',
      status({ memberships: { waiting: 1 }, attention: [waiting()] }),
    ],
    [
      '14 nodes wait for a person, 2 memberships are on their way and 9 hosts are unreachable; everything else is as wanted',
      status({ memberships: { waiting: 16 }, hosts: { unreachable: 9 }, attention: [waiting(14)] }),
    ],
    [
      'One node waits for a person, one membership waits for a root and two memberships are on their way; everything else is as wanted',
      status({
        memberships: { waiting: 4 },
        attention: [waiting(), awaits('zerotier-one reaches no root (UDP, port 9993)')],
      }),
    ],
    [
      'One attachment waits for its workload; everything else is as wanted',
      status({ memberships: { waiting: 1 }, attachments: { waiting: 1, memberships: 1 } }),
    ],
    [
      'One membership failed and one container failed; everything else is as wanted',
      status({
        memberships: { failed: 1 },
        attention: [
          {
            ...{ ...waiting(), severity: 'error', code: 'pull-refused', about: { kind: 'node' } },
            what: 'container web-1/demo failed: pull-refused',
          },
        ],
      }),
    ],
    [
      'Two attachments wait for their workloads; everything else is as wanted',
      status({
        memberships: { waiting: 2 },
        attachments: { waiting: 2, memberships: 2 },
        // That of a label is in no list of problems.
        attention: [{ ...waiting(), code: 'workload', about: { kind: 'node' } }],
      }),
    ],
    [
      'One membership failed, one attachment waits for its workload, one host is unreachable and one host never connected; more is not as wanted',
      status({
        memberships: { failed: 1 },
        attachments: { waiting: 1, memberships: 0 },
        hosts: { unreachable: 1, joined: 1, unknown: 1 },
      }),
    ],
    [
      'One membership waits for its configuration; everything else is as wanted',
      status({ memberships: { waiting: 1 }, attention: [awaits('it is authorized')] }),
    ],
  ])('is: %s', (sentence, of) => {
    expect(overviewSentence(of).text).toBe(sentence);
  });

  it('leads from each thing that it counts to the list of those', () => {
    const { links } = overviewSentence(status({ hosts: { unreachable: 2 } }));
    expect(links).toEqual([{ text: 'Two hosts', to: '/hosts', search: { state: 'not-fine' } }]);
  });
});
