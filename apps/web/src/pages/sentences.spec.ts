import { describe, expect, it } from '@jest/globals';
import {
  commandStanding,
  containerStanding,
  controllerStanding,
  hostStanding,
  membershipStanding,
  networkStanding,
  nodeStanding,
  OF_SEVERITY,
  routeStanding,
  workloadStanding,
  type Standing,
} from '../parts/states.js';
import { listSentence } from './lists/list-sentence.js';

/** How things of a kind stand, as far as the API tells: one of each state. */
const standings = (judge: (thing: never) => Standing, things: readonly object[]): Standing[] =>
  things.map((thing) => judge(thing as never));

const host = (presence: string, more: object = {}) => ({ presence, paused: false, revokedAt: null, ...more });
const OUTCOMES = [
  { outcome: null },
  { outcome: { kind: 'waiting', code: 'authorization' } },
  { outcome: { kind: 'waiting', code: 'configuration' } },
  { outcome: { kind: 'failed', code: 'tun-missing' } },
  { outcome: null, intent: 'absent' },
];
const network = (waiting: number, pending: number, more: object = {}) => ({
  ...{ memberships: { total: 9, ok: 0, waiting, pending }, findings: [], sync: { state: 'applied' } },
  ...more,
});
const error = { findings: [{ severity: 'error', code: 'pool-exhausted' }] };
const warning = { findings: [{ severity: 'warning', code: 'route-without-standby' }] };

const KINDS: readonly (readonly [noun: string, fine: string, Standing[]])[] = [
  [
    'host',
    'online',
    standings(hostStanding, [
      ...['unreachable', 'unknown', 'joined'].map((presence) => host(presence)),
      host('online', { paused: true }),
      host('online', { revokedAt: 'x' }),
    ]),
  ],
  [
    'node',
    'online',
    standings(nodeStanding, [
      ...[{ state: 'down' }, { state: 'unknown' }, { state: 'up', online: false }].map((one) => ({
        unused: null,
        ...one,
      })),
    ]),
  ],
  ['container', 'as wanted', standings(containerStanding, OUTCOMES)],
  [
    'membership',
    'as wanted',
    standings(membershipStanding, [...OUTCOMES.map((one) => ({ managed: true, ...one })), { status: 'ACCESS_DENIED' }]),
  ],
  [
    'network',
    'as wanted',
    standings(networkStanding, [
      network(2, 0),
      network(2, 2),
      network(0, 0, error),
      network(0, 0, { sync: { state: 'pending' } }),
    ]),
  ],
  [
    'command',
    'done',
    standings(
      commandStanding,
      ['queued', 'delivered', 'waiting', 'failed', 'cancelled', 'superseded'].map((state) => ({ state })),
    ),
  ],
  [
    'route',
    'announced',
    standings(routeStanding, [
      { state: 'announced', ...error },
      { state: 'pending', findings: [] },
      { state: 'announced', ...warning },
    ]),
  ],
  [
    'controller',
    'up',
    standings(
      controllerStanding,
      ['away', 'absent', 'moved', 'unknown'].map((state) => ({ state })),
    ),
  ],
  [
    'workload',
    'attached',
    standings(workloadStanding, [
      { networks: [{ code: 'label-unknown' }] },
      { networks: [] },
      { networks: [], node: {}, state: 'exited' },
      { networks: [], node: {}, state: 'paused' },
    ]),
  ],
  [
    'finding',
    '',
    standings(
      ({ severity, code }: { severity: keyof typeof OF_SEVERITY; code: string }) => ({
        is: OF_SEVERITY[severity],
        word: code,
      }),
      [
        { severity: 'error', code: 'udp-blocked' },
        { severity: 'warning', code: 'authorization' },
        { severity: 'info', code: 'paused' },
      ],
    ),
  ],
];

describe('the sentences about lists', () => {
  it('are English for every kind, every state and any number', () => {
    const told = KINDS.flatMap(([noun, fine, all]) => {
      const good: Standing = { is: 'fine' };
      const say = (standing: Standing, count: number, others: number) =>
        listSentence([...Array<Standing>(count).fill(standing), ...Array<Standing>(others).fill(good)], noun, fine);
      return [
        // A finding is never fine.
        ...(fine === '' ? [] : [[0, 1, 2, 12].map((count) => say(good, count, 0)).join(' | ')]),
        ...all.map((standing) => `${say(standing, 1, 0)} | ${say(standing, 2, 1)} | ${say(standing, 12, 2)}`),
        listSentence(all, noun, fine),
      ];
    });
    expect(told).toEqual(GOLDEN);
  });
});

/** Read as an editor reads: what is new here is to be read as well. */
const GOLDEN: readonly string[] = [
  'No hosts yet | The one host is online | Both hosts are online | All 12 hosts are online',
  'One host is unreachable | Two hosts are unreachable; the other host is online | 12 hosts are unreachable; the other 2 are online',
  'One host is in an unknown state | Two hosts are in an unknown state; the other host is online | 12 hosts are in an unknown state; the other 2 are online',
  'One host never connected | Two hosts never connected; the other host is online | 12 hosts never connected; the other 2 are online',
  'One host is paused | Two hosts are paused; the other host is online | 12 hosts are paused; the other 2 are online',
  'One host is revoked | Two hosts are revoked; the other host is online | 12 hosts are revoked; the other 2 are online',
  'One host is revoked, one is unreachable, one never connected, one is paused and one is in an unknown state',
  'No nodes yet | The one node is online | Both nodes are online | All 12 nodes are online',
  'One node is down | Two nodes are down; the other node is online | 12 nodes are down; the other 2 are online',
  'One node is in an unknown state | Two nodes are in an unknown state; the other node is online | 12 nodes are in an unknown state; the other 2 are online',
  'One node is offline | Two nodes are offline; the other node is online | 12 nodes are offline; the other 2 are online',
  'One node is down, one is offline and one is in an unknown state',
  'No containers yet | The one container is as wanted | Both containers are as wanted | All 12 containers are as wanted',
  'One container is on its way | Two containers are on their way; the other container is as wanted | 12 containers are on their way; the other 2 are as wanted',
  'One container waits for a person | Two containers wait for a person; the other container is as wanted | 12 containers wait for a person; the other 2 are as wanted',
  'One container is waiting | Two containers are waiting; the other container is as wanted | 12 containers are waiting; the other 2 are as wanted',
  'One container failed | Two containers failed; the other container is as wanted | 12 containers failed; the other 2 are as wanted',
  'One container is being removed | Two containers are being removed; the other container is as wanted | 12 containers are being removed; the other 2 are as wanted',
  'One container failed, one waits for a person, one is waiting, one is on its way and one is being removed',
  'No memberships yet | The one membership is as wanted | Both memberships are as wanted | All 12 memberships are as wanted',
  'One membership is on its way | Two memberships are on their way; the other membership is as wanted | 12 memberships are on their way; the other 2 are as wanted',
  'One membership waits for a person | Two memberships wait for a person; the other membership is as wanted | 12 memberships wait for a person; the other 2 are as wanted',
  'One membership is waiting | Two memberships are waiting; the other membership is as wanted | 12 memberships are waiting; the other 2 are as wanted',
  'One membership failed | Two memberships failed; the other membership is as wanted | 12 memberships failed; the other 2 are as wanted',
  'One membership is leaving | Two memberships are leaving; the other membership is as wanted | 12 memberships are leaving; the other 2 are as wanted',
  'One membership is waiting | Two memberships are waiting; the other membership is as wanted | 12 memberships are waiting; the other 2 are as wanted',
  'One membership failed, one waits for a person, two are waiting, one is on its way and one is leaving',
  'No networks yet | The one network is as wanted | Both networks are as wanted | All 12 networks are as wanted',
  'One network has nodes that wait | Two networks have nodes that wait; the other network is as wanted | 12 networks have nodes that wait; the other 2 are as wanted',
  'One network has nodes on their way | Two networks have nodes on their way; the other network is as wanted | 12 networks have nodes on their way; the other 2 are as wanted',
  'One network is in trouble | Two networks are in trouble; the other network is as wanted | 12 networks are in trouble; the other 2 are as wanted',
  'One network is not applied yet | Two networks are not applied yet; the other network is as wanted | 12 networks are not applied yet; the other 2 are as wanted',
  'One network is in trouble, one has nodes that wait, one has nodes on their way and one is not applied yet',
  'No commands yet | The one command is done | Both commands are done | All 12 commands are done',
  'One command is queued | Two commands are queued; the other command is done | 12 commands are queued; the other 2 are done',
  'One command is on its way | Two commands are on their way; the other command is done | 12 commands are on their way; the other 2 are done',
  'One command is waiting | Two commands are waiting; the other command is done | 12 commands are waiting; the other 2 are done',
  'One command failed | Two commands failed; the other command is done | 12 commands failed; the other 2 are done',
  'One command was cancelled | Two commands were cancelled; the other command is done | 12 commands were cancelled; the other 2 are done',
  'One command was superseded | Two commands were superseded; the other command is done | 12 commands were superseded; the other 2 are done',
  'One command failed, one is waiting, one is queued, one is on its way, one was cancelled and one was superseded',
  'No routes yet | The one route is announced | Both routes are announced | All 12 routes are announced',
  'One route is in trouble | Two routes are in trouble; the other route is announced | 12 routes are in trouble; the other 2 are announced',
  'One route is not announced | Two routes are not announced; the other route is announced | 12 routes are not announced; the other 2 are announced',
  'One route has a warning | Two routes have warnings; the other route is announced | 12 routes have warnings; the other 2 are announced',
  'One route is in trouble, one is not announced and one has a warning',
  'No controllers yet | The one controller is up | Both controllers are up | All 12 controllers are up',
  'One controller is unreachable | Two controllers are unreachable; the other controller is up | 12 controllers are unreachable; the other 2 are up',
  'One controller is absent | Two controllers are absent; the other controller is up | 12 controllers are absent; the other 2 are up',
  'One controller moved | Two controllers moved; the other controller is up | 12 controllers moved; the other 2 are up',
  'One controller has not been asked yet | Two controllers have not been asked yet; the other controller is up | 12 controllers have not been asked yet; the other 2 are up',
  'One controller is absent, one moved, one is unreachable and one has not been asked yet',
  'No workloads yet | The one workload is attached | Both workloads are attached | All 12 workloads are attached',
  'One workload has a label without effect | Two workloads have labels without effect; the other workload is attached | 12 workloads have labels without effect; the other 2 are attached',
  'One workload is not attached | Two workloads are not attached; the other workload is attached | 12 workloads are not attached; the other 2 are attached',
  'One workload exited | Two workloads exited; the other workload is attached | 12 workloads exited; the other 2 are attached',
  'One workload is paused | Two workloads are paused; the other workload is attached | 12 workloads are paused; the other 2 are attached',
  'One workload has a label without effect, one is not attached, one exited and one is paused',
  'One finding is an error | Two findings are errors | 12 findings are errors',
  'One finding is a warning | Two findings are warnings | 12 findings are warnings',
  'One finding is only a note | Two findings are only notes | 12 findings are only notes',
  'One finding is an error, one is a warning and one is only a note',
];
