import { describe, expect, it } from '@jest/globals';
import {
  MembershipSettings,
  type Item,
  type ObservedMembership,
  type ObservedNode,
  type ObservedState,
} from '@orrery/shared/contracts';
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
  peer,
  shown,
  unknown,
} from '../../../../../test/support/agent/observed.js';
import { facts } from '../../../../../test/support/agent/steps.js';
import { assess } from './assess.js';
import type { LastError } from './assess-context.js';

const { container: demo, membership: inLab, items } = launch();
const host = newId('nod');
const onHost = membershipItem({ node: host, nodeKind: 'host' });
const absent = <T extends Item>(item: T): T => ({ ...item, intent: 'absent' });
const pulled: LastError = { code: 'pull-refused', cause: 'no', fix: 'log in' };

function judge(item: Item, state: ObservedState, { all = items, error }: { all?: Item[]; error?: LastError } = {}) {
  const parts = { items: all, observed: state, facts: facts({ identities: [demo.node] }) };
  return assess(item, { ...parts, lastError: () => error, isChanging: () => false });
}

describe('assess a container', () => {
  const with_ = (
    more: Parameters<typeof container>[1],
    daemon = known({ address: ADDRESS, version: '1.14.1', online: false }),
  ) => observed({ containers: known([container(demo, more)]), nodes: [node(demo.node, { daemon })] });

  it('is done when it runs and its daemon answers, online or not', () => {
    expect(judge(demo, with_({}))?.outcome).toEqual({ kind: 'done', detail: ADDRESS });
  });

  it('has no outcome while it is absent, and is failed when a step failed', () => {
    expect(judge(demo, observed())).toBeUndefined();
    expect(judge(demo, observed(), { error: pulled })?.outcome).toEqual({ kind: 'failed', ...pulled });
  });

  it('is done whatever failed before, once it runs', () => {
    expect(judge(demo, with_({}), { error: pulled })?.outcome.kind).toBe('done');
  });

  it.each([
    ['container-died', { state: 'exited', exitCode: 1 }],
    ['container-died', { state: 'restarting', exitCode: 137, oomKilled: true }],
    ['container-paused', { state: 'paused' }],
  ] as const)('is failed, %s, when that state persists', (code, more) => {
    const judged = judge(demo, with_(more));
    expect(judged).toMatchObject({ outcome: { kind: 'failed', code } });
    expect(judged?.holdMs).toBeGreaterThan(1000);
  });

  it('is failed when a stranger holds its name, and only waits when its predecessor does', () => {
    const stranger = observed({ containers: known([container(demo, { ours: false, item: newId('itm') })]) });
    expect(judge(demo, stranger)?.outcome).toMatchObject({ kind: 'failed', code: 'container-name-taken' });
    const { container: old } = launch();
    const leaving = observed({ containers: known([container(old)]) });
    expect(judge(demo, leaving, { all: [absent(old), ...items] })).toBeUndefined();
  });

  it('is failed after a while when the engine or its daemon cannot be asked', () => {
    const blind = observed({ containers: unknown('docker-unreachable', 'no socket') });
    expect(judge(demo, blind)).toMatchObject({
      outcome: { kind: 'failed', code: 'docker-unreachable', cause: 'no socket' },
    });
    expect(judge(demo, with_({}, unknown('port-taken', 'who is that?')))?.outcome).toMatchObject({
      code: 'port-taken',
    });
  });

  it('is not done, when it is to be removed, while a container runs that was made for it and changed since', () => {
    const changed = with_({ ours: false, differs: 'its Docker network' });
    const outcome = judge(absent(demo), changed)?.outcome;
    expect(outcome).toMatchObject({ kind: 'failed', code: 'container-name-taken' });
    expect(outcome).toMatchObject({
      cause: expect.stringContaining('no longer as Orrery made it (its Docker network)'),
      fix: expect.stringContaining('docker rm -f'),
    });
    expect(judge(demo, changed)?.outcome).toEqual(outcome);
    const stranger = judge(demo, with_({ ours: false }))?.outcome;
    expect(stranger).toMatchObject({ cause: expect.stringContaining('that Orrery did not make') });
  });

  it('is done, when it is to be removed, once neither it nor its identity exists', () => {
    expect(judge(absent(demo), with_({}))).toBeUndefined();
    expect(judge(absent(demo), observed())).toBeUndefined();
    const context = {
      items,
      observed: observed(),
      facts: facts(),
      lastError: () => undefined,
      isChanging: () => false,
    };
    expect(assess(absent(demo), context)?.outcome).toEqual({ kind: 'done', detail: 'removed' });
    expect(assess(absent(demo), { ...context, isChanging: () => true })).toBeUndefined();
  });
});

describe('assess a membership', () => {
  const at = (joined: Partial<ObservedMembership> | undefined, interfaces = [shown()]) =>
    observed({
      nodes: [
        hostNode(host, { memberships: known(joined ? [membership(joined)] : []), interfaces: known(interfaces) }),
      ],
    });
  const outcome = (state: ObservedState, item: Item = onHost) => judge(item, state, { all: [item] })?.outcome;

  it('is done when the daemon reports OK and the kernel shows interface and address', () => {
    expect(judge(onHost, at({}))).toEqual({ outcome: { kind: 'done', detail: 'ztmjfmfyq5 10.99.0.7/24' }, holdMs: 0 });
  });

  it('is not done when only the daemon says so', () => {
    expect(outcome(at({}, []))).toMatchObject({ kind: 'waiting', code: 'interface' });
    expect(outcome(at({}, [shown(NETWORK, { up: false })]))).toMatchObject({ kind: 'waiting', code: 'interface' });
    expect(outcome(at({}, [shown(NETWORK, { addresses: [] })]))).toMatchObject({ kind: 'waiting', code: 'address' });
    const blind = observed({ nodes: [hostNode(host, { memberships: known([membership()]), interfaces: unknown() })] });
    expect(outcome(blind)).toMatchObject({ kind: 'failed' });
  });

  it('needs no address when the network assigns none or the settings exclude it', () => {
    expect(outcome(at({ addresses: [] }, [shown(NETWORK, { addresses: [] })]))?.kind).toBe('done');
    const bare = [shown(NETWORK, { addresses: [] })];
    const without = membershipItem({ ...onHost, settings: MembershipSettings.parse({ allowManaged: false }) });
    expect(outcome(at({ allowManaged: false }, bare), without)?.kind).toBe('done');
    expect(outcome(at({ addresses: ['8.8.8.8/24'] }, bare))?.kind).toBe('done');
    const list = ['10.98.0.0/16'];
    const listed = membershipItem({ ...onHost, settings: MembershipSettings.parse({ allowManaged: list }) });
    expect(outcome(at({ allowManagedList: list }, bare), listed)?.kind).toBe('done');
  });

  it('recognizes an IPv6 address in any spelling', () => {
    const long = ['fd80:56c2:e21c:0000:0199:93aa:aaaa:aaaa/88'];
    const short = [shown(NETWORK, { addresses: ['fd80:56c2:e21c:0:199:93aa:aaaa:aaaa/88'] })];
    expect(outcome(at({ addresses: long }, short))?.kind).toBe('done');
  });

  it.each([
    ['ACCESS_DENIED', 'waiting', 'authorization'],
    ['AUTHENTICATION_REQUIRED', 'waiting', 'authentication'],
    ['NOT_FOUND', 'waiting', 'network-not-found'],
    ['REQUESTING_CONFIGURATION', 'waiting', 'configuration'],
    ['UNKNOWN', 'waiting', 'configuration'],
    ['PORT_ERROR', 'failed', 'port-error'],
    ['CLIENT_TOO_OLD', 'failed', 'client-too-old'],
  ] as const)('calls %s %s: %s', (status, kind, code) => {
    expect(outcome(at({ status }))).toMatchObject({ kind, code, cause: expect.any(String), fix: expect.any(String) });
  });

  it('names the node to authorize, and the network', () => {
    expect(outcome(at({ status: 'ACCESS_DENIED' }))).toMatchObject({
      fix: expect.stringMatching(new RegExp(`Authorize ${ADDRESS} on network ${NETWORK}.*${NETWORK.slice(0, 10)}`)),
    });
  });

  it('gives the URL of single sign-on', () => {
    const status = 'AUTHENTICATION_REQUIRED';
    expect(outcome(at({ status, authenticationUrl: 'https://sso.example/x' }))).toMatchObject({
      fix: 'Sign in at https://sso.example/x',
    });
  });

  it('gives the controller time to answer before it reports waiting', () => {
    expect(judge(onHost, at({ status: 'REQUESTING_CONFIGURATION' }))?.holdMs).toBeGreaterThan(5_000);
  });

  it('reports that no root is reachable when none is, and otherwise that the controller does not answer', () => {
    const here = (online: boolean, peers: ObservedNode['peers']) => {
      const daemon = known({ address: ADDRESS, version: '1.14.1', online });
      const memberships = known([membership({ status: 'REQUESTING_CONFIGURATION' })]);
      return outcome(observed({ nodes: [hostNode(host, { daemon, memberships, peers })] }));
    };
    const root = { ...peer('778cde7190'), role: 'PLANET' as const };
    expect(here(false, known([peer('3a4f1af7fb')]))).toMatchObject({
      cause: expect.stringContaining('reaches no root'),
      fix: expect.stringContaining('ORRERY_MOONS_DIR'),
    });
    for (const other of [here(true, known([])), here(false, known([root])), here(false, unknown())])
      expect(other).toMatchObject({ code: 'configuration', cause: expect.stringContaining('has not answered yet') });
  });

  it('has no outcome while it is not joined or its settings differ, and is failed when a step failed', () => {
    expect(outcome(at(undefined))).toBeUndefined();
    expect(outcome(at({ allowDNS: true }))).toBeUndefined();
    const tun: LastError = { code: 'tun-missing', cause: 'no device', fix: 'modprobe tun' };
    expect(judge(onHost, at(undefined), { all: [onHost], error: tun })?.outcome).toEqual({ kind: 'failed', ...tun });
  });

  it('fails with its container', () => {
    expect(judge(inLab, observed(), { error: pulled })?.outcome).toMatchObject({
      kind: 'failed',
      code: 'pull-refused',
      cause: expect.stringContaining('container'),
    });
  });

  it('has no outcome while its node still belongs to a container that must be recreated', () => {
    const nodes = [node(demo.node, { memberships: known([membership()]), interfaces: known([shown()]) })];
    const state = observed({ containers: known([container(demo)]), nodes });
    expect(judge(inLab, state)?.outcome.kind).toBe('done');
    const again = { ...demo, incarnation: 1, revision: 2 };
    expect(judge(inLab, state, { all: [again, inLab] })).toBeUndefined();
    expect(judge(inLab, { ...state, containers: known([]) }, { all: [again, inLab] })).toBeUndefined();
    const anew = { ...state, containers: known([container(again)]) };
    expect(judge(inLab, anew, { all: [again, inLab] })?.outcome.kind).toBe('done');
  });

  it('is done, when it is to be removed, once the daemon has left the network or its container is gone', () => {
    expect(outcome(at({}), absent(onHost))).toBeUndefined();
    expect(outcome(at(undefined), absent(onHost))).toEqual({ kind: 'done', detail: 'left' });
    expect(judge(absent(inLab), observed(), { all: items.map(absent) })?.outcome.kind).toBe('done');
    const still = observed({ containers: known([container(demo)]) });
    expect(judge(absent(inLab), still, { all: items.map(absent) })).toBeUndefined();
  });

  it('prefers the fix of the failed observation when it is more exact', () => {
    const exact = { ...unknown('token-unreadable', 'EACCES'), fix: 'sudo install -m 600 -o orrery …' };
    const blind = observed({ nodes: [hostNode(host, { daemon: exact })] });
    expect(outcome(blind)).toMatchObject({ code: 'token-unreadable', fix: exact.fix });
  });

  it.each(['token-unreadable', 'zerotier-missing', 'daemon-unreachable'] as const)(
    'is failed, %s, when the daemon of the host cannot be asked',
    (code) => {
      const blind = observed({ nodes: [hostNode(host, { daemon: unknown(code, 'because') })] });
      expect(outcome(blind)).toMatchObject({ kind: 'failed', code, cause: 'because', fix: expect.any(String) });
    },
  );
});
