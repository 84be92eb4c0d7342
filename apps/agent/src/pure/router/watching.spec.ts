import { describe, expect, it } from '@jest/globals';
import type { Item, ObservedContainer, ObservedState, RouterItem } from '@orrery/shared/contracts';
import { route } from '../../../../../test/support/agent/items.js';
import { container, known, node, observed, shown, unknown } from '../../../../../test/support/agent/observed.js';
import { facts } from '../../../../../test/support/agent/steps.js';
import { plan } from '../plan/plan.js';
import { allowedItems, denialsOf } from '../policy/denials.js';
import { Policy } from '../policy/policy.js';
import {
  FIRST_MISSES,
  heard,
  MISSES,
  questionsOf,
  strayCheck,
  strayWatch,
  withAnswers,
  type Question,
  type Reply,
  type Standing,
} from './watching.js';
import { routersOf } from './routers.js';

const SERVING = '10.99.0.5';
const PRINTER = '192.168.10.20';

describe('what is known of something that is asked again and again', () => {
  const after = (of: Question['of'], ...replies: Reply[]) =>
    replies.reduce<Standing | undefined>((was, reply) => heard(of, was, reply), undefined)?.answers;
  const times = (count: number, reply: Reply) => Array.from({ length: count }, () => reply);

  it.each<[string, Reply[], boolean | undefined]>([
    ['nothing before the third miss', times(MISSES - 1, 'silent'), undefined],
    ['that it does not answer after three misses', times(MISSES, 'silent'), false],
    ['that it answers after one answer', ['answered'], true],
    ['that it still answers after two misses', ['answered', ...times(MISSES - 1, 'silent')], true],
    [
      'that it still answers when misses are not in a row',
      ['answered', 'silent', 'silent', 'answered', 'silent'],
      true,
    ],
    ['that it no longer answers after three', ['answered', ...times(MISSES, 'silent')], false],
    ['that it is back after one answer', [...times(MISSES, 'silent'), 'answered'], true],
    ['no loss while nothing could be asked', ['answered', 'silent', 'unasked', 'silent', 'silent'], true],
    ['nothing when nothing could be asked for as long', ['answered', ...times(MISSES, 'unasked')], undefined],
  ])('is %s', (_title, replies, expected) => expect(after('lan', ...replies)).toBe(expected));

  it('is nothing of a peer that never answered until two nodes would have found each other', () => {
    expect(after('peer', ...times(FIRST_MISSES - 1, 'silent'))).toBeUndefined();
    expect(after('peer', ...times(FIRST_MISSES, 'silent'))).toBe(false);
    expect(after('peer', 'answered', ...times(MISSES, 'silent'))).toBe(false);
  });
});

describe('the questions of a router', () => {
  const scene = route({ watch: { address: SERVING }, check: { address: PRINTER, port: 80 } });
  const { router, container: demo } = scene;
  const state = (
    more: Partial<ObservedContainer> = {},
    interfaces: ObservedState['nodes'][number]['interfaces'] = known([shown()]),
  ) =>
    observed({
      containers: known([container(demo, { forwards: true, ...more })]),
      nodes: [node(demo.node, { interfaces, router: known({ forwards: true, ways: null }) })],
    });
  const asks = (item: Partial<RouterItem>, looked = state(), asked: Question[] = []) =>
    questionsOf([demo, scene.membership, { ...router, ...item }], looked, asked);
  const run = 'engine-demo 2026-01-01T00:00:00.000Z';
  const about = { node: demo.node, network: router.network, run };
  const ofPeer: Question = { ...about, of: 'peer', address: SERVING };
  const ofLan: Question = { ...about, of: 'lan', address: PRINTER, port: 80 };

  it('are what its item names, in the run of its container', () => {
    expect(asks({})).toEqual([ofPeer, ofLan]);
    expect(asks({ watch: undefined, check: { address: PRINTER } })).toEqual([
      { ...about, of: 'lan', address: PRINTER },
    ]);
    expect(asks({ watch: undefined, check: undefined })).toEqual([]);
    const later = asks({}, state({ startedAt: '2026-02-02T00:00:00.000Z' }), [ofPeer, ofLan]);
    expect(later.map((one) => one.run)).toEqual(Array(2).fill('engine-demo 2026-02-02T00:00:00.000Z'));
  });

  it.each<[string, Partial<RouterItem>, Partial<ObservedContainer>]>([
    ['its item is absent', { intent: 'absent' }, {}],
    ['its container does not run', {}, { state: 'exited' }],
    ['its container is not ours', {}, { ours: false }],
    ['its container does not forward', {}, { forwards: undefined }],
  ])('are none when %s', (_title, item, own) => expect(asks(item, state(own), [ofPeer, ofLan])).toEqual([]));

  it('stay while the look does not show whether they should, and none is new then', () => {
    const blind = { ...state(), containers: unknown('docker-unreachable') };
    expect(asks({}, blind, [ofPeer, ofLan])).toEqual([ofPeer, ofLan]);
    expect(asks({}, blind)).toEqual([]);
    expect(asks({ watch: { address: '10.99.0.6' } }, blind, [ofPeer, ofLan])).toEqual([ofLan]);
    expect(asks({}, state({}, unknown()), [ofPeer])).toEqual([ofPeer, ofLan]);
    expect(asks({}, state({}, unknown()))).toEqual([ofLan]);
    expect(asks({}, state({}, known([])))).toEqual([ofLan]);
  });

  it.each(['192.168.11.20', '192.168.9.255', '10.99.0.5', '127.0.0.1', '169.254.169.254', '1.1.1.1'])(
    'do not lead to %s, which is not behind it',
    (address) => {
      expect(asks({ check: { address } })).toEqual([ofPeer]);
      expect(strayCheck({ ...router, check: { address } })).toMatchObject({
        code: 'unsupported',
        cause: expect.stringContaining(address),
      });
      expect(strayCheck({ ...router, check: { address: PRINTER } })).toBeUndefined();
    },
  );

  it.each([PRINTER, '10.98.0.5', '172.18.0.1', '127.0.0.1', '1.1.1.1'])(
    'do not lead to %s as the router that serves, which is not in the network',
    (address) => {
      expect(asks({ watch: { address } })).toEqual([ofLan]);
      expect(strayWatch({ ...router, watch: { address } }, state())?.code).toBe('unsupported');
      expect(strayWatch(router, state())).toBeUndefined();
    },
  );

  it('do not follow routes of the network that have a gateway', () => {
    const announced = shown(undefined, {
      routes: [
        { target: '10.99.0.0/24', via: null },
        { target: '10.50.0.0/16', via: SERVING },
      ],
    });
    expect(asks({ watch: { address: '10.50.0.1' } }, state({}, known([announced])))).toEqual([ofLan]);
  });

  it('do not lead to prefixes that the policy of the host denies', () => {
    const prefixes = ['192.168.10.0/24', '192.168.11.0/24'];
    const ask = (routers: string[]) => {
      const items: Item[] = [demo, scene.membership, { ...router, prefixes }];
      const held = {
        result: 'held' as const,
        policy: Policy.parse({ routers }),
        file: 'policy.yaml',
        isWritten: true,
        lines: new Map(),
      };
      const looked = state();
      const denials = denialsOf(items, held, { observed: looked, ...facts({ identities: [demo.node] }) });
      return questionsOf(allowedItems(items, denials), looked, []).map(({ of }) => of);
    };
    expect(ask(prefixes)).toEqual(['peer', 'lan']);
    expect(ask(['192.168.11.0/24'])).toEqual(['peer']);
    expect(ask([])).toEqual([]);
  });

  it('change nothing of what is done with the router', () => {
    const looked = state();
    const steps = (item: RouterItem) => {
      const items = [demo, scene.membership, item];
      const known_ = facts({ identities: [demo.node] });
      return plan(items, looked, { ...known_, routers: routersOf(items, looked, known_) });
    };
    const { watch: _watch, check: _check, ...plain } = router;
    expect(steps(plain).map(({ step }) => step)).toContain('configure-router');
    expect(steps({ ...router, revision: 2 })).toEqual(steps(plain));
  });

  it('show what they were answered beside what the router lets through', () => {
    const told = (...answered: [Question, boolean | undefined, 'never'?][]) =>
      withAnswers(
        state(),
        answered.map(([question, answers, never]) => ({ question, answers, hasAnswered: never === undefined })),
      ).nodes[0]?.router;
    const plain = { forwards: true, ways: null };
    expect(told([ofPeer, false], [ofLan, true])).toEqual(known({ ...plain, peerAnswers: false, lanAnswers: true }));
    expect(told([ofPeer, undefined], [ofLan, undefined])).toEqual(known(plain));
    expect(told([{ ...ofPeer, node: scene.router.id as never }, false])).toEqual(known(plain));
    const other: Question = { ...ofPeer, network: '8056c2e21c000002' };
    expect(told([ofPeer, false], [other, true])).toEqual(known({ ...plain, peerAnswers: true }));
    expect(told([ofPeer, false], [other, false])).toEqual(known({ ...plain, peerAnswers: false }));
    const never = known({ ...plain, peerAnswers: false, peerNeverAnswered: true });
    expect(told([ofPeer, false, 'never'])).toEqual(never);
    expect(told([ofPeer, false, 'never'], [other, false, 'never'])).toEqual(never);
    expect(told([ofPeer, false, 'never'], [other, false])).toEqual(known({ ...plain, peerAnswers: false }));
    expect(told([ofPeer, undefined, 'never'], [ofLan, false, 'never'])).toEqual(known({ ...plain, lanAnswers: false }));
  });
});
