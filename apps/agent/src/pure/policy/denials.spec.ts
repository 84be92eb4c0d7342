import { describe, expect, it } from '@jest/globals';
import { parsePrefix, type Prefix } from '@orrery/shared/addresses';
import { ContainerLimits, MembershipSettings, type Item, type NodeId } from '@orrery/shared/contracts';
import { newId } from '@orrery/shared/runtime';
import {
  attachmentItem,
  containerItem,
  launch,
  membershipItem,
  NETWORK,
  route,
} from '../../../../../test/support/agent/items.js';
import { container, known, observed, workload } from '../../../../../test/support/agent/observed.js';
import { DEFAULT_IMAGE, facts } from '../../../../../test/support/agent/steps.js';
import { plan } from '../plan/plan.js';
import { allowedItems, denialsOf, denyWorkloads, mayStep, type DenialContext } from './denials.js';
import { judgeCall, routeRule } from './judge.js';
import { type HeldPolicy, Policy } from './policy.js';

const FILE = '/etc/orrery/policy.yaml';
const OTHER = '8056c2e21c000002';
const held = (rules: object, lines: [string, number][] = []): HeldPolicy => ({
  ...{ result: 'held', file: FILE, isWritten: true, lines: new Map(lines) },
  policy: Policy.parse(rules),
});
const context = (more: Partial<DenialContext> & { made?: NodeId[] } = {}): DenialContext => ({
  ...{ observed: observed(), defaultImage: 'zerotier/zerotier:1.14.2' },
  hasIdentity: (node) => (more.made ?? []).includes(node),
  ...more,
});
const rules = (items: Item[], policy: object, more: Parameters<typeof context>[0] = {}) => {
  const denials = denialsOf(items, held(policy), context(more));
  return items.map(({ id }) => denials.get(id)?.rule ?? 'allowed');
};
const settings = (more: object) => MembershipSettings.parse(more);
const onHost = (more: object = {}) => membershipItem({ node: newId('nod'), nodeKind: 'host', ...more });

describe('the policy of a host', () => {
  it('allows everything ordinary by default', () => {
    const { items } = launch({ image: 'ghcr.io/me/zt:2' });
    const all = [...items, onHost({ settings: settings({ allowGlobal: true }) })];
    expect(rules(all, {})).toEqual(['allowed', 'allowed', 'allowed']);
  });

  it('lets those be attached that wear the label, everybody or nobody', () => {
    const item = attachmentItem();
    const judged = (policy: object, ...workloads: ReturnType<typeof workload>[]) =>
      rules([item], policy, { observed: observed({ workloads: known(workloads) }) })[0];
    expect(judged({}, workload({ labelled: true }))).toBe('allowed');
    expect(judged({}, workload({ labelled: false }))).toBe('workloads');
    expect(judged({ workloads: true }, workload({ labelled: false }))).toBe('workloads');
    expect(judged({ workloads: 'all' }, workload({ labelled: false }))).toBe('allowed');
    expect(judged({ workloads: 'none' }, workload({ labelled: true }))).toBe('workloads');
    expect(judged({ workloads: false }, workload({ labelled: true }))).toBe('workloads');
    // It waits, and is judged when it is there.
    expect(judged({})).toBe('allowed');
  });

  describe('about routers', () => {
    const { router, items, container: demo } = route();
    const rule = (prefixes: string[], routers?: string[]) =>
      rules([{ ...router, prefixes }], routers ? { routers } : {})[0];
    const both = { ...router, prefixes: ['192.168.10.0/24', '192.168.11.0/24'] };
    const under = (routers: string[], all: Item[] = [demo, both]) => {
      const denials = denialsOf(all, held({ routers }), context());
      return { denials, left: allowedItems(all, denials) };
    };

    it('opens nothing by default, and only what lies wholly within the list', () => {
      expect(rules(items, {})).toEqual(['allowed', 'allowed', 'routers']);
      expect(rules([{ ...router, intent: 'absent' }], {})).toEqual(['allowed']);
      expect(rule(['192.168.10.0/24'], ['192.168.10.0/24'])).toBe('allowed');
      expect(rule(['192.168.10.128/25'], ['10.0.0.0/8', '192.168.10.0/24'])).toBe('allowed');
      expect(rule(['192.168.0.0/16'], ['192.168.10.0/24'])).toBe('routers');
      expect(rule(['192.168.10.0/23'], ['192.168.10.0/24', '192.168.11.0/24'])).toBe('routers');
      expect(rule(['192.168.10.0/24', '192.168.12.0/24'], ['192.168.10.0/24'])).toBe('routers');
    });

    it('opens nothing public, no default route and no IPv6, whatever the list says', () => {
      const all = ['0.0.0.0/0'];
      for (const prefix of ['0.0.0.0/0', '8.8.8.0/24', '128.0.0.0/1', '169.254.0.0/16', '224.0.0.0/4', '127.0.0.0/8'])
        expect([prefix, rule([prefix], all)]).toEqual([prefix, 'routers']);
      for (const prefix of ['fd00::/8', '::/0']) expect([prefix, rule([prefix], all)]).toEqual([prefix, 'routers']);
      for (const prefix of ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10'])
        expect([prefix, rule([prefix], all)]).toEqual([prefix, 'allowed']);
      expect(() => Policy.parse({ routers: ['fd00::/8'] })).toThrow('IPv4');
    });

    it('names the rule and its line', () => {
      const denials = denialsOf(items, held({}, [['routers', 7]]), context());
      expect(denials.get(router.id)).toMatchObject({
        cause: 'routers of this host may not open 192.168.10.0/24 to networks (rule routers)',
        fix: expect.stringContaining(`${FILE}, line 7`),
      });
    });

    it('keeps what is allowed of a router open, and nothing else', () => {
      expect(under(['192.168.0.0/16'])).toMatchObject({ denials: new Map(), left: [demo, both] });
      expect(under(['192.168.10.0/24']).left).toEqual([demo, { ...both, prefixes: ['192.168.10.0/24'] }]);
      expect(under([]).left).toEqual([demo]);
    });

    it('lets no step through that was planned before the list became shorter', () => {
      const { node, id } = both;
      const step = (...prefixes: string[]) => ({
        ...{ step: 'configure-router' as const, node, item: id, ways: [{ network: both.network, prefixes }] },
      });
      const all: Item[] = [demo, both];
      const { denials } = under(['192.168.10.0/24']);
      expect(mayStep(step('192.168.10.0/24'), all, denials)).toBe(true);
      expect(mayStep(step(...both.prefixes), all, denials)).toBe(false);
      expect(mayStep(step(...both.prefixes), all, new Map())).toBe(true);
      expect(mayStep({ ...step(), ways: [] }, all, denials)).toBe(true);
      const start = { step: 'start-container' as const, node, item: demo.id, engineId: 'e', router: step().ways };
      expect(mayStep({ ...start, router: step(...both.prefixes).ways }, all, denials)).toBe(false);
      expect(mayStep({ ...start, router: step('192.168.10.0/24').ways }, all, denials)).toBe(true);
    });

    it('counts the image that a container would be recreated from as a router', () => {
      const state = observed({ containers: known([container(demo, { image: 'zerotier/zerotier:1.14.2' })]) });
      const policy = { images: ['zerotier/zerotier:1.14.2'], routers: ['192.168.0.0/16'] };
      const more = { observed: state, defaultImage: 'other/zerotier:2' };
      expect(rules([demo], policy, more)).toEqual(['allowed']);
      expect(rules([demo, router], policy, more)).toEqual(['images', 'images']);
    });
  });

  describe('about the networks of a workload', () => {
    const item = attachmentItem();
    const named = (labels: Record<string, string>, more: Parameters<typeof workload>[0] = {}) =>
      observed({ workloads: known([workload({ labels, ...more })]) });
    const inLab = membershipItem({ node: item.node, network: NETWORK, networkName: 'lab' });
    const inOther = membershipItem({ node: item.node, network: OTHER, networkName: 'other' });
    const judged = (labels: Record<string, string>, policy: object = {}) =>
      rules([item, inLab, inOther], policy, { observed: named(labels) });

    it('allows those that its label names, by name or ID, and denies the others alone', () => {
      expect(judged({ 'orrery.network': 'lab' })).toEqual(['allowed', 'allowed', 'workloads']);
      expect(judged({ 'orrery.network': NETWORK })).toEqual(['allowed', 'allowed', 'workloads']);
      expect(judged({ 'orrery.network': `other, ${NETWORK}` })).toEqual(['allowed', 'allowed', 'allowed']);
      expect(judged({ 'orrery.network': 'lab' }, { workloads: 'all' })).toEqual(['allowed', 'allowed', 'allowed']);
    });

    it('says which label does not name which network, and how to allow it', () => {
      const denials = denialsOf([item, inOther], held({}), context({ observed: named({ 'orrery.network': 'lab' }) }));
      expect(denials.get(inOther.id)).toMatchObject({
        cause: `the label orrery.network of shop-db-1 does not name the network other (${OTHER}) (rule workloads)`,
        fix: `Add other to the label orrery.network of shop-db-1 and recreate the container, or set \`workloads: all\` in ${FILE}.`,
        isOfContainer: false,
      });
    });

    it('is not deceived by a network that is named like the ID in the label', () => {
      const forged = membershipItem({ node: item.node, network: OTHER, networkName: NETWORK });
      expect(rules([item, forged], {}, { observed: named({ 'orrery.network': NETWORK }) })[1]).toBe('workloads');
    });

    it('denies them with the attachment when the workload does not wear the label', () => {
      const plain = observed({ workloads: known([workload({ labels: {}, labelled: false })]) });
      const denials = denialsOf([item, inLab], held({}), context({ observed: plain }));
      expect(denials.get(inLab.id)).toMatchObject({ isOfContainer: true });
    });

    it('judges them once the workload is there, and never those of launched containers', () => {
      expect(rules([item, inOther], {}, { observed: observed({ workloads: known([]) }) })).toEqual([
        'allowed',
        'allowed',
      ]);
      const { items } = launch({}, OTHER);
      expect(rules(items, {}, { observed: named({ 'orrery.network': 'lab' }) })).toEqual(['allowed', 'allowed']);
    });

    it('creates the container without a denied network, and leaves out steps that were planned with it', () => {
      const seen = named({ 'orrery.network': 'lab' });
      const items = [item, inLab, inOther];
      const denials = denialsOf(items, held({}), context({ observed: seen }));
      const made = facts({ images: [DEFAULT_IMAGE], identities: [item.node] });
      const blueprintIn = (named: Item[]) => {
        const create = plan(named, seen, made).find(({ step }) => step === 'create-container');
        if (create?.step !== 'create-container') throw new Error('no container is created');
        return create;
      };
      const create = blueprintIn(items.filter(({ id }) => !denials.has(id)));
      expect(create.blueprint.memberships.map(({ network }) => network)).toEqual([NETWORK]);
      expect(mayStep(create, items, denials)).toBe(true);
      expect(mayStep(blueprintIn(items), items, denials)).toBe(false);
    });
  });

  it('marks the workloads of a host that allows none, with the words of an item', () => {
    const item = attachmentItem();
    const seen = observed({ workloads: known([workload()]) });
    const marked = (policy: HeldPolicy) => {
      const { workloads } = denyWorkloads(seen, policy);
      return workloads?.known ? workloads.value[0]?.denied : undefined;
    };
    const { cause, fix } = denialsOf([item], held({ workloads: 'none' }), context()).get(item.id) ?? {};
    expect(marked(held({ workloads: 'none' }))).toEqual({ code: 'policy-denied', cause, fix });
    expect(cause).toBe('nothing may be attached to containers of this host (rule workloads)');
    const broken: HeldPolicy = { result: 'unreadable', file: FILE, cause: 'line 3', fix: 'mend it' };
    expect(marked(broken)).toMatchObject({ code: 'policy-denied', cause: expect.stringContaining('line 3') });
    for (const workloads of ['labelled', 'all']) expect(denyWorkloads(seen, held({ workloads }))).toBe(seen);
  });

  it.each<[string, object, Item, Item]>([
    [
      'images',
      { images: ['ghcr.io/me/*'] },
      containerItem({ image: 'evil.example/ghcr.io/me/zt' }),
      containerItem({ image: 'ghcr.io/me/zt' }),
    ],
    ['images', { images: ['ghcr.io/me/*'] }, containerItem(), containerItem({ image: 'ghcr.io/me/zt' })],
    [
      'containers.memoryMb',
      { containers: { memoryMb: 256 } },
      containerItem({ limits: ContainerLimits.parse({ memoryMb: 257 }) }),
      containerItem({ limits: ContainerLimits.parse({ memoryMb: 256 }) }),
    ],
    [
      'containers.pids',
      { containers: { pids: 64 } },
      containerItem({ limits: ContainerLimits.parse({ pids: 65 }) }),
      containerItem({ limits: ContainerLimits.parse({ pids: 64 }) }),
    ],
    ['networks.deny', { networks: { deny: [NETWORK] } }, onHost(), onHost({ network: OTHER })],
    ['networks.allow', { networks: { allow: [`${OTHER.slice(0, 15)}2`] } }, onHost(), onHost({ network: OTHER })],
    ['networks.deny', { networks: { deny: ['8056*01'] } }, onHost(), onHost({ network: OTHER })],
    ['hostDaemon', { hostDaemon: false }, onHost(), launch().membership],
    ['hostDaemon', { hostDaemon: [OTHER] }, onHost(), onHost({ network: OTHER })],
    ['settings.allowDefault', {}, onHost({ settings: settings({ allowDefault: true }) }), onHost()],
    [
      'settings.allowDNS',
      {},
      onHost({ settings: settings({ allowDNS: true }) }),
      { ...launch().membership, settings: settings({ allowDNS: true }) },
    ],
    [
      'settings.allowGlobal',
      { settings: { allowGlobal: false } },
      { ...launch().membership, settings: settings({ allowGlobal: true }) },
      onHost(),
    ],
    [
      'routes',
      { routes: { allow: ['10.0.0.0/8'], deny: ['10.1.0.0/16'] } },
      onHost({ settings: settings({ allowManaged: ['10.2.0.0/16', '10.1.2.0/24'] }) }),
      onHost({ settings: settings({ allowManaged: ['10.2.0.0/16'] }) }),
    ],
    [
      'routes',
      { settings: { allowDefault: true }, routes: { deny: ['10.1.0.0/16'] } },
      onHost({ settings: settings({ allowDefault: true }) }),
      onHost(),
    ],
  ])('denies by %s what %j does not allow, and nothing else', (rule, policy, denied, allowed) => {
    expect(rules([denied, allowed], policy)).toEqual([rule, 'allowed']);
  });

  it('always allows removing containers and leaving networks', () => {
    const items = [containerItem({ image: 'evil.example/x' }), onHost()].map((item) => ({
      ...item,
      intent: 'absent' as const,
    }));
    expect(rules(items, { images: [], networks: { allow: [] }, hostDaemon: false })).toEqual(['allowed', 'allowed']);
    expect(denialsOf(items, { result: 'unreadable', file: FILE, cause: 'c', fix: 'f' }, context()).size).toBe(0);
  });

  it('allows nothing when it cannot be read', () => {
    const { items } = launch();
    const denials = denialsOf(
      items,
      { result: 'unreadable', file: FILE, cause: 'line 3: x', fix: 'mend it' },
      context(),
    );
    expect(items.map(({ id }) => denials.get(id))).toMatchObject([
      { rule: 'policy-unreadable', cause: expect.stringContaining('line 3: x'), fix: 'mend it' },
      { rule: 'policy-unreadable' },
    ]);
  });

  it('names the rule in the cause, and file and line in the fix', () => {
    const item = containerItem();
    const denial = denialsOf([item], held({ images: [] }, [['images', 4]]), context()).get(item.id);
    expect(denial?.cause).toContain('(rule images)');
    expect(denial?.fix).toContain(`${FILE}, line 4`);
  });

  it('denies what would be in a denied container, and says why', () => {
    const { items, membership } = launch({ image: 'evil.example/x' });
    const denial = denialsOf(items, held({ images: ['alpine'] }), context()).get(membership.id);
    expect(denial).toMatchObject({
      rule: 'images',
      isOfContainer: true,
      cause: expect.stringContaining('its container'),
    });
  });

  it('judges the image that would really run, not the one that the item names now', () => {
    const item = containerItem();
    const made = (image: string) => ({
      observed: observed({ containers: known([container(item, { image, state: 'exited' })]) }),
    });
    const policy = { images: ['zerotier/zerotier:*'] };
    expect(rules([item], policy, made('evil.example/x'))).toEqual(['images']);
    expect(rules([item], policy, made('zerotier/zerotier:1.12.0'))).toEqual(['allowed']);
    expect(rules([{ ...item, image: 'zerotier/zerotier:2' }], policy, made('evil.example/x'))).toEqual(['allowed']);
  });

  it('counts containers from the oldest, so that no new one displaces another', () => {
    const [one, two, three] = [1, 2, 3].map((revision) => containerItem({ revision, name: `c${revision}` })) as [
      Item,
      Item,
      Item,
    ];
    const policy = { containers: { max: 2 } };
    expect(rules([three, two, one], policy)).toEqual(['containers.max', 'allowed', 'allowed']);
    expect(rules([one, two, three], policy, { made: [three.node] })).toEqual(['allowed', 'containers.max', 'allowed']);
    expect(rules([one, two, { ...three, intent: 'absent' }], policy)).toEqual(['allowed', 'allowed', 'allowed']);
  });

  it('counts containers that it created and that are no longer desired, so that forgetting frees no place', () => {
    const [old, next] = [containerItem({ name: 'old' }), containerItem({ name: 'next' })];
    const there = observed({ containers: known([container(old, { ours: false })]) });
    const policy = { containers: { max: 1 } };
    expect(rules([next], policy, { observed: there, made: [old.node] })).toEqual(['containers.max']);
    expect(rules([next], policy, { observed: there })).toEqual(['allowed']);
  });
});

describe('the smaller rules', () => {
  it('decide which calls are answered', () => {
    const policy = Policy.parse({ calls: ['doctor'] });
    expect([judgeCall('doctor', policy), judgeCall('logs', policy)?.rule]).toEqual([undefined, 'calls']);
  });

  it('decide which prefixes may be routed on the host: all of it allowed, none of it denied', () => {
    const policy = Policy.parse({ routes: { allow: ['10.0.0.0/8', 'fd00::/8'], deny: ['10.9.0.0/16'] } });
    const may = (cidr: string) => routeRule(policy)(parsePrefix(cidr) as Prefix);
    expect(['10.1.0.0/16', 'fd12::/64', '10.0.0.7/32'].map(may)).toEqual([true, true, true]);
    expect(['10.9.1.0/24', '10.8.0.0/15', '0.0.0.0/0', '192.168.0.0/16', '::/0'].filter(may)).toEqual([]);
  });
});
