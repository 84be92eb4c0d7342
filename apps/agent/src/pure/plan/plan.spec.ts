import { describe, expect, it } from '@jest/globals';
import { MembershipSettings, type Item } from '@orrery/shared/contracts';
import { newId } from '@orrery/shared/runtime';
import { launch, membershipItem, NETWORK } from '../../../../../test/support/agent/items.js';
import {
  container,
  hostNode,
  known,
  membership,
  node,
  observed,
  unknown,
} from '../../../../../test/support/agent/observed.js';
import { planToTheEnd } from './plan-predict.js';
import { DEFAULT_IMAGE, expectSteps, facts } from '../../../../../test/support/agent/steps.js';

const absent = <T extends Item>(item: T): T => ({ ...item, intent: 'absent' });
const { container: demo, membership: inLab, items } = launch();
const made = facts({ images: [DEFAULT_IMAGE], identities: [demo.node] });
const running = (more: Parameters<typeof container>[1] = {}, memberships = [membership()]) =>
  observed({
    containers: known([container(demo, more)]),
    nodes: [node(demo.node, { memberships: known(memberships) })],
  });

describe('plan for a container', () => {
  it('pulls, mints, creates and starts in this order when nothing exists yet', () => {
    const expected = expectSteps(items, observed());
    expected.toBe('pull-image', 'mint-identity', 'create-container', 'start-container');
    expect(expected.steps.slice(-2)).toMatchObject([
      { blueprint: { name: 'demo', image: DEFAULT_IMAGE, memberships: [{ network: NETWORK }] } },
      { created: 'demo' },
    ]);
  });

  it('pulls no image that is present and mints no identity twice', () => {
    expectSteps(items, observed(), made).toBe('create-container', 'start-container');
  });

  it('names the pre-generated identity for the item, and only when the node has none', () => {
    const warm = [{ ...demo, identity: '3a7f1b22c0' }, inLab];
    const { steps } = expectSteps(warm, observed(), facts({ images: [DEFAULT_IMAGE] }));
    expect(steps[0]).toMatchObject({ step: 'mint-identity', image: DEFAULT_IMAGE, identity: '3a7f1b22c0' });
    expect(expectSteps(items, observed()).steps[1]).not.toHaveProperty('identity');
    expectSteps(warm, observed(), made).toBe('create-container', 'start-container');
  });

  it('forgets an absent item together with the pre-generated identity that it never received', () => {
    const gone = [{ ...demo, identity: '3a7f1b22c0' }, inLab].map(absent);
    const isFree = (address: string) => address === '3a7f1b22c0';
    const { steps } = expectSteps(gone, observed(), { ...facts(), isFree });
    expect(steps).toMatchObject([{ step: 'forget-identity', identity: '3a7f1b22c0' }]);
    expect(planToTheEnd(gone, observed(), { ...facts(), isFree })).toHaveLength(1);
    expectSteps(gone, observed(), { ...facts(), isFree: () => false }).toBeNone();
    expectSteps([{ ...demo, identity: '3a7f1b22c0' }], observed(), { ...made, isFree }).toBe(
      'create-container',
      'start-container',
    );
  });

  it('starts a container that is created or has ended', () => {
    expectSteps(items, running({ state: 'created' }), made).toBe('start-container');
    expectSteps(items, running({ state: 'exited' }), made).toBe('start-container');
  });

  it('does nothing when the container runs, or Docker is restarting it', () => {
    expectSteps(items, running(), made).toBeNone();
    expectSteps(items, running({ state: 'restarting' }), made).toBeNone();
  });

  it('unpauses a container that was paused', () => {
    expectSteps(items, running({ state: 'paused' }), made).toBe('unpause-container');
  });

  it.each([
    ['incarnation', { incarnation: 7 }],
    ['limits', { limits: { memoryMb: 512, pids: 128 } }],
    ['state dead', { state: 'dead' as const }],
  ])('recreates a container when its %s is not the desired one, and keeps its identity', (_title, difference) => {
    expectSteps(items, running(difference), made).toBe('remove-container', 'create-container', 'start-container');
  });

  it('keeps the configurations of the networks that have admitted it, and no others', () => {
    const denied = membership({ network: '8056c2e21c00beef', status: 'ACCESS_DENIED' });
    const keeps = (memberships: Parameters<typeof running>[1]) => {
      const { steps } = expectSteps(items, running({ incarnation: 7 }, memberships), made);
      return steps.flatMap((step) => (step.step === 'remove-container' ? [step.keeps] : []));
    };
    expect(keeps([membership(), denied])).toEqual([[NETWORK]]);
    expect(keeps([denied])).toEqual([[]]);
  });

  it('pulls another image before it removes the container', () => {
    const wanted = [{ ...demo, image: 'other/zerotier:2' }, inLab];
    expectSteps(wanted, running(), made).toBe('pull-image', 'remove-container', 'create-container', 'start-container');
  });

  it('keeps a container whose item names no image, whatever the default image is now', () => {
    expectSteps(items, running({ image: 'zerotier/zerotier:1.12.0' }), made).toBeNone();
  });

  it('does not recreate a container when it would come back as another node', () => {
    expectSteps(items, running({ incarnation: 7 }), facts({ images: [DEFAULT_IMAGE] })).toBeNone();
  });

  it('removes an absent container and forgets its identity', () => {
    expectSteps(items.map(absent), running(), made).toBe('remove-container', 'forget-identity');
    expectSteps(items.map(absent), observed(), made).toBe('forget-identity');
    expectSteps(items.map(absent), observed()).toBeNone();
  });

  it('never touches a stranger that has its name', () => {
    const stranger = observed({ containers: known([container(demo, { ours: false })]) });
    expectSteps(items, stranger, made).toBeNone();
    expectSteps(items.map(absent), stranger).toBeNone();
    expectSteps(items, running(), made).toBeNone();
  });

  it('waits for the name while the container that holds it is being removed', () => {
    const { items: next } = launch();
    expectSteps([...items.map(absent), ...next], running(), made).toBe('remove-container', 'forget-identity');
  });
});

describe('plan for a membership', () => {
  const host = newId('nod');
  const wanted = membershipItem({ node: host, nodeKind: 'host' });
  const at = (memberships: ReturnType<typeof membership>[]) =>
    observed({ nodes: [hostNode(host, { memberships: known(memberships) })] });

  it('joins, configures and leaves', () => {
    expectSteps([wanted], at([])).toBe('join-network');
    expectSteps([wanted], at([membership()])).toBeNone();
    expectSteps([wanted], at([membership({ allowDNS: true })])).toBe('configure-network');
    expectSteps([absent(wanted)], at([membership()])).toBe('leave-network');
    expectSteps([absent(wanted)], at([])).toBeNone();
  });

  it('repairs only a membership that the daemon reports as OK and the kernel has lacked for a while', () => {
    const lacking = { ...facts(), lacksInKernel: (item: string) => item === wanted.id };
    expectSteps([wanted], at([membership()]), lacking).toBe('repair-network');
    expectSteps([wanted], at([membership({ status: 'ACCESS_DENIED' })]), lacking).toBeNone();
    expectSteps([wanted], at([membership({ allowDNS: true })]), lacking).toBe('configure-network');
    expectSteps([absent(wanted)], at([membership()]), lacking).toBe('leave-network');
    const other = membershipItem({ node: host, nodeKind: 'host' });
    expectSteps([other], at([membership()]), lacking).toBeNone();
  });

  it('writes a list of prefixes again when the daemon has dropped it', () => {
    const settings = MembershipSettings.parse({ allowManaged: ['10.99.0.0/24', '10.98.0.0/24'] });
    const listed = { ...wanted, settings };
    expectSteps([listed], at([membership()])).toBe('configure-network');
    expectSteps([listed], at([membership({ allowManagedList: ['10.98.0.0/24', '10.99.0.0/24'] })])).toBeNone();
    expectSteps([wanted], at([membership({ allowManagedList: ['10.98.0.0/24'] })])).toBe('configure-network');
  });

  it('leaves alone every network that no item names', () => {
    const others = ['8056c2e21c000002', '8056c2e21c000003'].map((network) =>
      membership({ network, allowGlobal: true }),
    );
    expectSteps([wanted], at([membership(), ...others])).toBeNone();
    expectSteps([absent(wanted)], at(others)).toBeNone();
  });

  it('joins the node of a running container, and waits while the container is not running', () => {
    const second = membershipItem({ node: demo.node, network: '8056c2e21c000002' });
    expectSteps([...items, second], running(), made).toBe('join-network');
    expectSteps([...items, second], running({ state: 'exited' }), made).toBe('start-container');
  });

  it('prefers the item that wants the network over the one that left it', () => {
    const again = membershipItem({ node: host, nodeKind: 'host' });
    expectSteps([absent(wanted), again], at([membership()])).toBeNone();
  });
});

describe('plan for a container that somebody changed', () => {
  it('keeps its identity while it exists, and forgets it afterwards', () => {
    const changed = running({ ours: false, differs: 'its devices' });
    expectSteps(items.map(absent), changed, made).toBeNone();
    expectSteps(items, changed, made).toBeNone();
    expectSteps(items.map(absent), observed(), made).toBe('forget-identity');
  });
});

describe('plan when something is unknown', () => {
  const host = newId('nod');
  const wanted = membershipItem({ node: host, nodeKind: 'host' });

  it('does nothing about containers while the engine cannot be asked', () => {
    const blind = observed({ containers: unknown('docker-unreachable') });
    expectSteps(items, blind).toBeNone();
    expectSteps(items.map(absent), blind, made).toBeNone();
  });

  it('does nothing about networks while the daemon cannot be asked', () => {
    const blind = observed({ nodes: [hostNode(host, { daemon: unknown(), memberships: unknown() })] });
    expectSteps([wanted], blind).toBeNone();
    expectSteps([absent(wanted)], blind).toBeNone();
  });

  it('creates and replaces nothing while it is unknown which images are present', () => {
    const unknownImages = facts({ images: undefined, identities: [demo.node] });
    expectSteps(items, observed(), unknownImages).toBeNone();
    expectSteps(items, running({ incarnation: 7 }), unknownImages).toBeNone();
  });

  it('joins the own node of the host while the engine cannot be asked', () => {
    const half = observed({ containers: unknown('docker-unreachable'), nodes: [hostNode(host)] });
    expectSteps([...items, wanted], half).toBe('join-network');
  });
});
