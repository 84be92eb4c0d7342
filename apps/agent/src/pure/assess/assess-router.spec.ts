import { describe, expect, it } from '@jest/globals';
import { explain, type Item, type ObservedContainer, type ObservedRouter } from '@orrery/shared/contracts';
import { attachmentItem, route } from '../../../../../test/support/agent/items.js';
import {
  container,
  known,
  membership,
  node,
  observed,
  shown,
  unknown,
} from '../../../../../test/support/agent/observed.js';
import { facts } from '../../../../../test/support/agent/steps.js';
import type { PlanFacts } from '../plan/plan-facts.js';
import { routersOf } from '../router/routers.js';
import { assess } from './assess.js';
import { reachedStages } from './stages.js';

const { router, container: demo, membership: inLab, items } = route();
const ways = [{ network: router.network, prefixes: router.prefixes }];
const open: ObservedRouter = { forwards: true, ways };
const absent: Item = { ...router, intent: 'absent' };
const closed = [demo, inLab, absent];

interface Scene {
  all?: Item[];
  own?: Partial<ObservedContainer>;
  of?: ObservedRouter | 'unknown';
  status?: 'OK' | 'ACCESS_DENIED';
  more?: Partial<PlanFacts>;
  error?: ReturnType<typeof explain<'nft-missing/program'>>;
}
function judge(item: Item, { all = items, own = { forwards: true }, of, status = 'OK', more = {}, error }: Scene) {
  const state = observed({
    containers: known([container(demo, own)]),
    nodes: [
      node(demo.node, {
        ...{ memberships: known([membership({ status })]), interfaces: known([shown()]) },
        ...(of && { router: of === 'unknown' ? unknown('nft-missing') : known(of) }),
      }),
    ],
  });
  const known_ = { ...facts({ identities: [demo.node] }), ...more };
  const context = {
    ...{ items: all, observed: state, isChanging: () => false },
    facts: { ...known_, routers: routersOf(all, state, known_) },
    lastError: (one: Item) => (one === item ? error : undefined),
  };
  return assess(item, context)?.outcome;
}

describe('assess a router', () => {
  it('is done when it runs with its address, forwards, and its table is as written', () => {
    expect(judge(router, { of: open })).toMatchObject({
      kind: 'done',
      detail: expect.stringContaining('192.168.10.0/24'),
    });
  });

  it.each<[string, Scene]>([
    ['its container does not forward yet', { own: {} }],
    ['its table was not looked at yet', {}],
    ['its table is missing or changed', { of: { forwards: true, ways: null } }],
    ['its namespace does not forward', { of: { forwards: false, ways } }],
    ['its table names another prefix', { of: { forwards: true, ways: [{ ...ways[0]!, prefixes: ['10.0.0.0/8'] }] } }],
  ])('has no outcome while %s', (_what, scene) => {
    expect(judge(router, scene)).toBeUndefined();
  });

  it('fails with the error of its step, and when its namespace cannot be seen', () => {
    const error = explain('nft-missing/program');
    expect(judge(router, { of: { forwards: true, ways: null }, error })).toMatchObject({ code: 'nft-missing' });
    expect(judge(router, { of: 'unknown' })).toMatchObject({ kind: 'failed', code: 'nft-missing' });
  });

  it('fails with what keeps its host from it', () => {
    const ground = { known: true as const, value: [] };
    expect(judge(router, { of: open, more: { ground } })).toMatchObject({ code: 'lan-not-reached' });
    const routerGround = { trouble: explain('nft-missing/program') };
    expect(judge(router, { own: {}, more: { routerGround } })).toMatchObject({ code: 'nft-missing' });
  });

  it('waits for the authorization of its node, and for its container', () => {
    expect(judge(router, { of: open, status: 'ACCESS_DENIED' })).toMatchObject({
      ...{ kind: 'waiting', code: 'authorization', cause: expect.stringMatching(/^its node is not in the network: /) },
    });
    expect(judge(router, { own: { forwards: true, state: 'exited', exitCode: 1 } })).toMatchObject({
      ...{ code: 'container-died', cause: expect.stringMatching(/^its container is not running: /) },
    });
  });

  it('fails without container or membership, and beside a workload', () => {
    expect(judge(router, { all: [inLab, router] })).toMatchObject({ code: 'unexpected' });
    expect(judge(router, { all: [demo, router], of: open })).toMatchObject({ code: 'unexpected' });
    const attached = attachmentItem({ node: router.node });
    expect(judge(router, { all: [attached, inLab, router] })).toMatchObject({ code: 'unsupported' });
  });

  it('is done, when it is to be removed, once its container is gone or does not forward', () => {
    expect(judge(absent, { all: closed, of: open })).toBeUndefined();
    expect(judge(absent, { all: closed, of: { forwards: true, ways: [] } })).toBeUndefined();
    expect(judge(absent, { all: closed, own: {} })).toMatchObject({ kind: 'done' });
    expect(judge(absent, { all: closed, own: { ours: false } })).toMatchObject({ kind: 'done' });
  });

  it('is done, when it is to be removed, once only the other networks of its container are let through', () => {
    const other: Item = { ...router, id: demo.id.replace(/.$/, 'a') as typeof router.id, network: '8056c2e21c000002' };
    const all = [...closed, other];
    const both = [...ways, { network: other.network, prefixes: other.prefixes }];
    expect(judge(absent, { all, of: { forwards: true, ways: both } })).toBeUndefined();
    expect(judge(absent, { all, of: { forwards: true, ways: both.slice(1) } })).toMatchObject({ kind: 'done' });
    expect(judge(absent, { all: [...closed, router], of: open })).toMatchObject({ detail: 'desired again' });
  });

  it('reports the stage forwarding once its prefixes are let through', () => {
    const at = (of: ObservedRouter) =>
      reachedStages(router, observed({ nodes: [node(demo.node, { router: known(of) })] }));
    expect(at(open)).toEqual([{ stage: 'forwarding', detail: '192.168.10.0/24' }]);
    expect(at({ forwards: true, ways: null })).toEqual([]);
    expect(at({ forwards: true, ways: [] })).toEqual([]);
  });
});
