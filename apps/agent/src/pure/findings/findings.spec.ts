import { describe, expect, it } from '@jest/globals';
import { FINDINGS, type Item, type ObservedState, type Outcome } from '@orrery/shared/contracts';
import { newId } from '@orrery/shared/runtime';
import { launch, membershipItem, NETWORK } from '../../../../../test/support/agent/items.js';
import {
  ADDRESS,
  container,
  hostNode,
  known,
  membership,
  node,
  observed,
  shown,
  unknown,
} from '../../../../../test/support/agent/observed.js';
import { routeRule } from '../policy/judge.js';
import { Policy } from '../policy/policy.js';
import { findCauses } from './findings.js';
import type { FindingsInput } from './found-cause.js';
import { Holds } from '../holds.js';
import { tellFindings } from './tell-findings.js';

const host = newId('nod');
const onHost = membershipItem({ node: host, nodeKind: 'host' });
const { container: demo, items } = launch();
const input = (state: ObservedState, more: Partial<FindingsInput> = {}): FindingsInput => ({
  ...{ items: [], observed: state, hasIdentity: () => false, outcome: () => undefined, tries: () => 0 },
  ...{ clockSkewMs: undefined, cloned: false, damage: [] },
  ...more,
});
const codes = (state: ObservedState, more: Partial<FindingsInput> = {}) =>
  findCauses(input(state, more)).map(({ code }) => code);
const at = (joined: Parameters<typeof membership>[0], interfaces = [shown()]) =>
  observed({ nodes: [hostNode(host, { memberships: known([membership(joined)]), interfaces: known(interfaces) })] });

describe('findCauses', () => {
  it('reports a node that has an address but has not heard from anybody since its start, and since when', () => {
    const state = (heard: boolean | undefined, interfaces = [shown()]) =>
      observed({
        containers: known([container(demo, { startedAt: '2026-11-29T04:00:00.000Z' })]),
        nodes: [
          node(demo.node, {
            daemon: known({
              address: ADDRESS,
              version: '1.14.1',
              online: true,
              ...(heard === undefined ? {} : { heard }),
            }),
            memberships: known([membership()]),
            interfaces: known(interfaces),
          }),
        ],
      });
    const [found, ...others] = findCauses(input(state(false), { items }));
    expect([found?.code, found?.item, others]).toEqual(['not-heard', demo.id, []]);
    expect(found?.cause).toContain('since it was started at 2026-11-29T04:00:00.000Z');
    for (const heard of [true, undefined]) expect(codes(state(heard), { items })).toEqual([]);
    expect(codes(state(false, []), { items })).not.toContain('not-heard');
  });

  it('finds nothing on a healthy host', () => {
    expect(codes(at({}), { items: [onHost] })).toEqual([]);
  });

  it.each([
    ['OK, but the interface is missing', {}, []],
    ['OK, but the interface is down', {}, [shown(NETWORK, { up: false })]],
    ['OK, but the address is missing', {}, [shown(NETWORK, { addresses: [] })]],
    ['refused, but the address is still set', { status: 'ACCESS_DENIED' as const }, [shown()]],
    ['deleted, but the address is still set', { status: 'NOT_FOUND' as const }, [shown()]],
  ])('detects that the views differ: %s', (_title, joined, interfaces) => {
    expect(codes(at(joined, interfaces))).toEqual(['interface-disagrees']);
  });

  it.each([
    ['refused, without an address', { status: 'ACCESS_DENIED' as const }, [shown(NETWORK, { addresses: [] })]],
    ['not managed, and therefore without address', { allowManaged: false }, [shown(NETWORK, { addresses: [] })]],
    ['OK without addresses', { addresses: [] }, [shown(NETWORK, { addresses: [] })]],
  ])('reports no difference when there is none: %s', (_title, joined, interfaces) => {
    expect(codes(at(joined, interfaces))).toEqual([]);
  });

  it('reports a daemon without a UDP socket and its port, and keeps the finding while the daemon is out of sight', () => {
    const daemon = { address: '3a4f1af7fa', version: '1.14.1', online: true };
    const state = (seen: ObservedState['nodes'][number]['daemon']) =>
      observed({ nodes: [hostNode(host, { daemon: seen })] });
    const lacking = state(known({ ...daemon, lacksPort: 25_017 }));
    expect(codes(state(known(daemon)))).toEqual([]);
    expect(findCauses(input(lacking))).toMatchObject([
      { code: 'udp-port-taken', severity: 'error', node: host, fix: expect.stringContaining(':25017') },
    ]);
    const raised = tellFindings({}, findCauses(input(lacking)), lacking, { holds: new Holds(), now: 0 });
    expect(raised.facts).toEqual([]);
    const holds = new Holds<string>();
    tellFindings({}, findCauses(input(lacking)), lacking, { holds, now: 0 });
    const { findings } = tellFindings({}, findCauses(input(lacking)), lacking, { holds, now: 6_000 });
    expect(Object.keys(findings)).toHaveLength(1);
    const unseen = state(unknown('daemon-unreachable', 'silent'));
    const kept = tellFindings(findings, findCauses(input(unseen)), unseen, { holds, now: 7_000 });
    expect(Object.values(kept.findings).map(({ finding }) => finding.code)).toContain('udp-port-taken');
  });

  it('detects a network that has no device', () => {
    expect(codes(at({ status: 'REQUESTING_CONFIGURATION', device: null }, []))).toEqual(['tun-missing']);
  });

  it('distinguishes strangers from leftovers', () => {
    const ours = observed({ containers: known([container(demo)]) });
    const strange = observed({ containers: known([container(demo, { ours: false })]) });
    expect(codes(ours, { items })).toEqual([]);
    expect(codes(strange, { items })).toEqual(['container-foreign']);
    expect(codes(strange, { hasIdentity: () => true })).toEqual(['item-unclaimed']);
    expect(codes(strange)).toEqual(['container-foreign']);
  });

  it('gives only advice that works about an unclaimed container: remove it on the host, or leave it', () => {
    const { means, fix } = FINDINGS['item-unclaimed'];
    expect(means).not.toBe('');
    expect(fix).toContain('docker rm -f orrery-NAME');
    expect(fix).not.toMatch(/launch/i);
  });

  it('reports zerotier-one and the engine as missing only when an item needs them', () => {
    const none = observed({
      engine: unknown('docker-unreachable'),
      nodes: [hostNode(host, { daemon: unknown('zerotier-missing') })],
    });
    expect(codes(none)).toEqual([]);
    expect(codes(none, { items: [...items, onHost] })).toEqual(['docker-unreachable', 'zerotier-missing']);
  });

  it('reports an unreadable token, needed or not', () => {
    expect(codes(observed({ nodes: [hostNode(host, { daemon: unknown('token-unreadable') })] }))).toEqual([
      'token-unreadable',
    ]);
  });

  it('calls an item stuck after a few tries, with its cause', () => {
    const outcome: Outcome = { kind: 'failed', code: 'pull-refused', cause: 'no', fix: 'log in' };
    const stuck = (tries: number) =>
      findCauses(input(observed(), { items, outcome: () => outcome, tries: () => tries }));
    expect(stuck(2)).toEqual([]);
    expect(stuck(5)[0]).toMatchObject({ code: 'item-stuck', item: demo.id, fix: 'log in' });
  });

  it('names the routes of a network that the policy of the host does not allow, and where to allow them', () => {
    const mayRoute = routeRule(Policy.parse({ routes: { allow: ['10.0.0.0/8'] } }));
    const policy = { mayRoute, fix: 'Allow it on the host under routes in policy.yaml, line 3.' };
    const routes = [{ target: '172.31.0.0/24', via: null }];
    const ground = { known: true as const, value: [], policy };
    const [found, ...others] = findCauses(input(at({ routes }), { items: [onHost], ground }));
    expect([found?.code, found?.fix, others]).toEqual(['routes-left-out', policy.fix, []]);
    expect(found?.cause).toContain('(rule routes): 172.31.0.0/24');
    expect(codes(at({ routes: [] }), { items: [onHost], ground })).toEqual([]);
  });

  it('reports troubles of its own', () => {
    const troubled = { clockSkewMs: -3_600_000, cloned: true, forgedAnswers: true, damage: ['x is gone'] };
    const named = ['clock-skew', 'host-cloned', 'answers-forged', 'journal-damaged'];
    expect(codes(observed(), troubled)).toEqual(named);
    expect(codes(observed(), { clockSkewMs: 300 })).toEqual([]);
  });
});

describe('tellFindings', () => {
  const bad = at({}, []);
  const good = at({});
  const setup = () => ({ holds: new Holds<string>(), now: 0 });
  const look = (
    raised: Parameters<typeof tellFindings>[0],
    state: ObservedState,
    clock: ReturnType<typeof setup>,
    items: Item[] = [],
  ) => tellFindings(raised, findCauses(input(state, { items })), state, clock);

  it('raises a finding once it has held for a while, and clears it when it is gone', () => {
    const clock = setup();
    expect(look({}, bad, clock).facts).toEqual([]);
    clock.now = 4_000;
    expect(look({}, bad, clock).facts).toEqual([]);
    clock.now = 5_000;
    const raised = look({}, bad, clock);
    expect(raised.facts).toMatchObject([{ type: 'finding.raised', data: { node: host, network: NETWORK } }]);
    expect(look(raised.findings, bad, clock).facts).toEqual([]);
    const cleared = look(raised.findings, good, clock);
    expect(cleared.facts).toMatchObject([{ type: 'finding.cleared', data: { code: 'interface-disagrees' } }]);
    expect(cleared.findings).toEqual({});
  });

  it('does not raise a finding that comes and goes', () => {
    const clock = setup();
    for (const state of [bad, good, bad]) {
      expect(look({}, state, clock).facts).toEqual([]);
      clock.now += 4_000;
    }
  });

  it('does not clear a finding that it cannot see', () => {
    const clock = setup();
    look({}, bad, clock);
    clock.now = 5_000;
    const { findings } = look({}, bad, clock);
    const blind = observed({ nodes: [hostNode(host, { memberships: unknown(), interfaces: unknown() })] });
    expect(look(findings, blind, clock)).toEqual({ facts: [], findings });
  });
});
