import { describe, expect, it } from '@jest/globals';
import type { AgentFact, ObservedMembership, ObservedNode, ObservedState } from '@orrery/shared/contracts';
import { newId } from '@orrery/shared/runtime';
import { containerItem, NETWORK } from '../../../../../test/support/agent/items.js';
import {
  ADDRESS,
  container,
  hostNode,
  known,
  membership,
  node,
  observed,
  peer,
  shown,
  unknown,
} from '../../../../../test/support/agent/observed.js';
import { diff } from './diff.js';
import { needsSnapshot, remember } from './remember.js';

const item = containerItem();
const host = newId('nod');
const types = (facts: readonly AgentFact[]) => facts.map(({ type }) => type);
const withContainers = (...containers: ReturnType<typeof container>[]) => observed({ containers: known(containers) });

/** Facts about a membership that changes from one status to another. */
function statusChange(before: ObservedMembership['status'] | undefined, after: Partial<ObservedMembership>) {
  const was = before ? [membership({ ...after, status: before })] : [];
  const state = (memberships: ObservedMembership[]) =>
    observed({ nodes: [hostNode(host, { memberships: known(memberships) })] });
  return types(diff(state(was), state([membership(after)])));
}

describe('diff', () => {
  it('yields nothing for the first observation ever', () => {
    const state = observed({ nodes: [hostNode(host, { memberships: known([membership()]) })] });
    expect(diff(undefined, state)).toEqual([]);
  });

  it('yields nothing when nothing changed', () => {
    const state = observed({
      containers: known([container(item)]),
      nodes: [node(item.node, { memberships: known([membership()]), interfaces: known([shown()]) })],
    });
    expect(diff(state, structuredClone(state))).toEqual([]);
  });

  it('carries the whole new state in `after`', () => {
    const after = membership({ status: 'OK', name: 'renamed' });
    const state = (one: ObservedMembership) => observed({ nodes: [hostNode(host, { memberships: known([one]) })] });
    expect(diff(state(membership()), state(after))).toEqual([
      { type: 'network.changed', data: { node: host, network: NETWORK, after } },
    ]);
  });
});

describe('diff of a started node', () => {
  const daemon = (heard?: boolean) =>
    observed({
      nodes: [
        hostNode(host, {
          daemon: known({
            address: ADDRESS,
            version: '1.14.1',
            online: true,
            ...(heard === undefined ? {} : { heard }),
          }),
        }),
      ],
    });
  it.each<[string, boolean | undefined, boolean | undefined, string[]]>([
    ['has heard from somebody', false, true, ['node.heard']],
    ['had heard from somebody before', true, true, []],
    ['starts again', true, false, []],
    ['hears from somebody again after a restart', false, true, ['node.heard']],
    ['was never judged', undefined, undefined, []],
    ['is judged for the first time', undefined, false, []],
  ])('reports at most once that it %s', (_title, before, after, expected) => {
    expect(types(diff(daemon(before), daemon(after)))).toEqual(expected);
  });
});

describe('diff of authorization', () => {
  it.each([
    [
      'ACCESS_DENIED as the first status',
      undefined,
      { status: 'ACCESS_DENIED' },
      ['network.joined', 'authorization.requested'],
    ],
    [
      'ACCESS_DENIED while asking',
      'REQUESTING_CONFIGURATION',
      { status: 'ACCESS_DENIED' },
      ['authorization.requested'],
    ],
    ['ACCESS_DENIED after OK', 'OK', { status: 'ACCESS_DENIED' }, ['authorization.revoked']],
    ['OK after a refusal', 'ACCESS_DENIED', { status: 'OK' }, ['authorization.granted']],
    ['OK after asking a private network', 'REQUESTING_CONFIGURATION', { status: 'OK' }, ['authorization.granted']],
    ['OK after asking a public one', 'REQUESTING_CONFIGURATION', { status: 'OK', type: 'PUBLIC' }, ['network.changed']],
    ['OK after single sign-on', 'AUTHENTICATION_REQUIRED', { status: 'OK' }, ['authorization.granted']],
    ['NOT_FOUND after OK', 'OK', { status: 'NOT_FOUND' }, ['network.not-found']],
    ['OK again after NOT_FOUND', 'NOT_FOUND', { status: 'OK' }, ['network.changed']],
    ['a status never seen', 'OK', { status: 'UNKNOWN' }, ['network.changed']],
  ] as const)('reports %s', (_title, before, after, expected) => {
    expect(statusChange(before, after)).toEqual(expected);
  });
});

describe('diff of containers', () => {
  it.each([
    ['running', 'exited', ['container.died']],
    ['running', 'restarting', ['container.died']],
    ['restarting', 'running', ['container.started']],
    ['exited', 'running', ['container.started']],
    ['created', 'running', ['container.started']],
    ['running', 'paused', ['container.paused']],
    ['paused', 'running', ['container.unpaused']],
    ['restarting', 'exited', ['container.changed']],
    ['running', 'running', []],
  ] as const)('reports %s → %s', (before, after, expected) => {
    const facts = diff(
      withContainers(container(item, { state: before })),
      withContainers(container(item, { state: after })),
    );
    expect(types(facts)).toEqual(expected);
  });

  it('names the cause of a death', () => {
    const dead = (more: Partial<ReturnType<typeof container>>) =>
      diff(withContainers(container(item)), withContainers(container(item, { state: 'exited', ...more })))[0]?.data;
    expect(dead({ exitCode: 137, oomKilled: true })).toMatchObject({
      oomKilled: true,
      cause: expect.stringContaining('memory'),
    });
    expect(dead({ exitCode: 137 })).toMatchObject({ exitCode: 137, cause: 'it was killed (SIGKILL)' });
    expect(dead({ exitCode: 1 })).toMatchObject({ cause: 'it ended with exit code 1' });
  });

  it('notices a container that was restarted between two observations', () => {
    const restarted = container(item, { startedAt: '2026-01-01T00:01:00.000Z' });
    expect(types(diff(withContainers(container(item)), withContainers(restarted)))).toEqual([
      'container.died',
      'container.started',
    ]);
  });

  it('reports a recreated container as removed, created and started', () => {
    const facts = diff(withContainers(container(item)), withContainers(container(item, { engineId: 'another' })));
    expect(types(facts)).toEqual(['container.removed', 'container.created', 'container.started']);
  });

  it('reports everything in a recreated container as new, because the old one took its networks along', () => {
    const inside = node(item.node, { memberships: known([membership()]) });
    const before = observed({ containers: known([container(item)]), nodes: [inside] });
    const anew = observed({ containers: known([container(item, { engineId: 'another' })]), nodes: [inside] });
    expect(types(diff(before, anew))).toEqual([
      ...['node.down', 'network.left', 'container.removed', 'container.created', 'container.started'],
      ...['node.up', 'network.joined', 'authorization.granted'],
    ]);
    const created = observed({ ...anew, nodes: [node(item.node, { memberships: unknown('container-died') })] });
    expect(types(diff(remember(before, created), anew))).toEqual(['network.joined', 'authorization.granted']);
  });

  it('drops everything that was in a container once it is gone', () => {
    const inside = node(item.node, { memberships: known([membership()]), interfaces: known([shown()]) });
    const before = observed({ containers: known([container(item)]), nodes: [inside] });
    expect(types(diff(before, observed()))).toEqual([
      ...['node.down', 'network.left'],
      ...['route.removed', 'address.removed', 'interface.down'],
      'container.removed',
    ]);
    expect(remember(before, observed()).nodes).toEqual([]);
  });
});

describe('diff of interfaces', () => {
  const state = (interfaces: ReturnType<typeof shown>[], memberships = [membership()]) =>
    observed({ nodes: [hostNode(host, { memberships: known(memberships), interfaces: known(interfaces) })] });

  it('reports an interface with its network, address and routes', () => {
    const facts = diff(state([]), state([shown()]));
    expect(types(facts)).toEqual(['interface.up', 'address.assigned', 'route.added']);
    expect(facts[0]?.data).toMatchObject({ network: NETWORK, device: 'ztmjfmfyq5' });
  });

  it('relies on the kernel, not the daemon: an address listed only by the daemon is no event', () => {
    const listed = membership({ addresses: ['10.99.0.7/24', '10.99.0.8/24'] });
    expect(types(diff(state([shown()]), state([shown()], [listed])))).toEqual(['network.changed']);
  });

  it('reports an address that was replaced', () => {
    const facts = diff(state([shown()]), state([shown(NETWORK, { addresses: ['10.99.0.9/24'] })]));
    expect(facts.map(({ type, data }) => [type, 'address' in data && data.address])).toEqual([
      ['address.removed', '10.99.0.7/24'],
      ['address.assigned', '10.99.0.9/24'],
    ]);
  });

  it('reports down, up, and a new MTU', () => {
    expect(types(diff(state([shown()]), state([shown(NETWORK, { up: false })])))).toEqual(['interface.down']);
    expect(types(diff(state([shown(NETWORK, { up: false })]), state([shown()])))).toEqual(['interface.up']);
    expect(types(diff(state([shown()]), state([shown(NETWORK, { mtu: 1400 })])))).toEqual(['interface.changed']);
  });

  it('ignores link-local addresses, which the kernel gives to every interface', () => {
    const withLinkLocal = shown(NETWORK, { addresses: ['10.99.0.7/24', 'fe80::1/64'] });
    expect(diff(state([shown()]), state([withLinkLocal]))).toEqual([]);
  });
});

describe('diff of unknown parts', () => {
  const inside = node(item.node, {
    memberships: known([membership()]),
    interfaces: known([shown()]),
    peers: known([peer('aaaaaaaaaa')]),
  });
  const before = observed({ containers: known([container(item)]), nodes: [inside] });
  const blind = unknown('docker-unreachable', 'no answer');

  it('concludes nothing from them, except that the engine is down', () => {
    const after: ObservedState = {
      engine: blind,
      containers: blind,
      nodes: [{ ...inside, daemon: blind, memberships: blind, interfaces: blind, peers: blind }],
    };
    expect(types(diff(before, after))).toEqual(['host.engine-down']);
  });

  it('finds the changes once the parts are visible again, and reports nothing twice', () => {
    const dark: ObservedState = { engine: blind, containers: blind, nodes: [] };
    const remembered = remember(remember(before, dark), dark);
    expect(diff(remembered, dark)).toEqual([]);
    const again = observed({ containers: known([container(item, { state: 'exited', exitCode: 1 })]), nodes: [inside] });
    expect(types(diff(remembered, again))).toEqual(['host.engine-up', 'container.died']);
  });

  it('reports a daemon as down once when it does not answer, and up again later', () => {
    const down = observed({ ...before, nodes: [{ ...inside, daemon: unknown(), memberships: unknown() }] });
    expect(types(diff(before, down))).toEqual(['node.down']);
    const remembered = remember(before, down);
    expect(diff(remembered, down)).toEqual([]);
    expect(types(diff(remembered, before))).toEqual(['node.up']);
  });

  it('does not report a daemon as down when its token cannot be read', () => {
    const hidden = observed({ ...before, nodes: [{ ...inside, daemon: unknown('token-unreadable') }] });
    expect(diff(before, hidden)).toEqual([]);
    expect(diff(remember(before, hidden), before)).toEqual([]);
  });

  it('leaves what the host had before the first full observation to a snapshot', () => {
    const hidden = observed({ nodes: [hostNode(host, { memberships: unknown(), interfaces: unknown() })] });
    const seen = observed({ nodes: [hostNode(host, { memberships: known([membership()]) })] });
    expect(diff(hidden, seen)).toEqual([]);
    expect(needsSnapshot(hidden, seen)).toBe(true);
    expect(needsSnapshot(remember(hidden, seen), seen)).toBe(false);
  });
});

describe('diff of paths', () => {
  it('reports a new, changed and lost path', () => {
    const state = (...peers: ReturnType<typeof peer>[]) =>
      observed({ nodes: [hostNode(host, { peers: known(peers) })] });
    expect(types(diff(state(), state(peer('aaaaaaaaaa'))))).toEqual(['path.direct']);
    expect(types(diff(state(peer('aaaaaaaaaa')), state(peer('aaaaaaaaaa', 'relayed'))))).toEqual(['path.relayed']);
    expect(diff(state(peer('aaaaaaaaaa')), state())).toEqual([
      { type: 'path.lost', data: { node: host, peer: 'aaaaaaaaaa', after: null } },
    ]);
    const moved = { ...peer('aaaaaaaaaa'), endpoint: '192.0.2.1/9993' };
    expect(types(diff(state(peer('aaaaaaaaaa')), state(moved)))).toEqual(['path.direct']);
    expect(diff(state(moved), state(moved))).toEqual([]);
  });
});

describe('diff of routers', () => {
  const ways = [{ network: NETWORK, prefixes: ['192.168.10.0/24'] }];
  const state = (router?: ObservedNode['router']) =>
    observed({ containers: known([container(item)]), nodes: [node(item.node, { ...(router && { router }) })] });
  const open = known({ forwards: true, ways });

  it.each<[string, ObservedNode['router'], ObservedNode['router']]>([
    ['it is one', undefined, open],
    ['it lets something else through', open, known({ forwards: true, ways: null })],
    ['the router that it watches answers', open, known({ forwards: true, ways, peerAnswers: true })],
    [
      'its LAN no longer answers',
      known({ forwards: true, ways, lanAnswers: true }),
      known({ forwards: true, ways, lanAnswers: false }),
    ],
  ])('reports the whole router when %s', (_title, before, after) => {
    expect(diff(state(before), state(after))).toEqual([
      { type: 'router.changed', data: { node: item.node, after: after?.known && after.value } },
    ]);
    expect(diff(state(after), state(after))).toEqual([]);
  });

  it('reports that it is none any more, also when its container is gone', () => {
    const gone = [{ type: 'router.changed', data: { node: item.node, after: null } }];
    expect(diff(state(open), state())).toEqual(gone);
    const facts = diff(state(open), observed());
    expect(facts.filter(({ type }) => type === 'router.changed')).toEqual(gone);
    expect(diff(remember(state(open), observed()), observed())).toEqual([]);
  });

  it('reports nothing while it cannot be seen, and nothing afterwards if it is as before', () => {
    const hidden = state(unknown('nft-missing'));
    expect(diff(state(open), hidden)).toEqual([]);
    expect(diff(remember(state(open), hidden), state(open))).toEqual([]);
  });
});
