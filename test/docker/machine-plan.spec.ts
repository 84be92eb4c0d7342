import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { ContainerItem, Item, MembershipItem, NetworkId } from '@orrery/shared/contracts';
import { newId } from '@orrery/shared/runtime';
import { plan } from '../../apps/agent/src/reconciler/plan.js';
import { eventually } from '../support/eventually.js';
import { findLabEngine } from '../support/zerotier/lab-engine.js';
import { MachineLab } from './machine/machine-lab.js';

jest.setTimeout(90_000);
const engine = await findLabEngine();

(engine ? describe : describe.skip)('the plan, carried out on the real machine', () => {
  let lab: MachineLab;
  let network: NetworkId;
  let container: ContainerItem;
  let membership: MembershipItem;

  beforeAll(async () => {
    if (!engine) return;
    lab = await MachineLab.open(engine);
    network = await lab.network();
    const { item: id, node, name, limits } = lab.blueprint('planned');
    const base = { node, revision: 1, intent: 'present' as const };
    container = { ...base, id, kind: 'container', name, image: null, limits, incarnation: 0 };
    const settings = { allowManaged: true, allowGlobal: false, allowDefault: false, allowDNS: false };
    membership = { ...base, id: newId('itm'), kind: 'membership', nodeKind: 'container', network, settings };
  });
  afterAll(() => lab?.close());

  /** Looks, plans and acts until nothing is left to be done; gives the names of the steps that it took. */
  async function settle(items: Item[]): Promise<string[]> {
    const taken: string[] = [];
    await eventually(
      async () => {
        const steps = plan(items, await lab.look(), await lab.machine.facts(lab.scope));
        for (const step of steps) {
          taken.push(step.step);
          await lab.do(step);
          if (step.step === 'mint-identity') await lab.authorize(network, container.node);
        }
        return steps.length === 0;
      },
      { within: 30_000, every: 200, what: 'an empty plan' },
    );
    return taken;
  }
  const engineId = async () => (await lab.containerOf({ item: container.id }))[0]?.engineId;
  const address = () => lab.addressOf(container);

  it('launches with three steps, and then has nothing to do', async () => {
    expect(await settle([container, membership])).toEqual(['mint-identity', 'create-container', 'start-container']);
    expect(await address()).toMatch(/^10\.77\.0\./);
    expect(await settle([container, membership])).toEqual([]);
  });

  it('makes the container anew when it is restarted or removed by hand, with its address', async () => {
    const before = { id: await engineId(), address: await address() };
    container = { ...container, incarnation: 1, revision: 2 };
    expect(await settle([container, membership])).toEqual(['remove-container', 'create-container', 'start-container']);
    expect(await engineId()).not.toBe(before.id);
    expect(await address()).toBe(before.address);
    await lab.world.docker.getContainer((await engineId()) ?? '').remove({ force: true, v: true });
    expect(await settle([container, membership])).toEqual(['create-container', 'start-container']);
    expect(await address()).toBe(before.address);
  });

  it('leaves a network, joins it again, and touches none that it was not told of', async () => {
    const second = await lab.network('10.78.0');
    const away = { ...membership, intent: 'absent' as const, revision: 3 };
    expect(await settle([container, away])).toEqual(['leave-network']);
    const settings = { ...membership.settings, allowManaged: ['10.77.0.0/24'] };
    const back = { ...membership, settings, revision: 4 };
    expect(await settle([container, back])).toEqual(['join-network']);
    expect(await address()).toMatch(/^10\.77\.0\./);
    await lab.do({
      node: container.node,
      item: newId('itm'),
      step: 'join-network',
      nodeKind: 'container',
      network: second,
      settings: membership.settings,
    });
    expect(await settle([container, back])).toEqual([]);
    expect(await settle([])).toEqual([]);
    membership = back;
  });

  it('keeps a list for allowManaged when the container is made anew', async () => {
    container = { ...container, incarnation: 2, revision: 5 };
    await settle([container, membership]);
    await address();
    const { memberships } = await lab.nodeOf(container);
    expect(memberships).toMatchObject({ known: true, value: [{ network, allowManagedList: ['10.77.0.0/24'] }] });
    expect(await settle([container, membership])).toEqual([]);
  });

  it('removes the container and forgets the identity when it is to be absent', async () => {
    const gone = { ...container, intent: 'absent' as const, revision: 6 };
    const left = { ...membership, intent: 'absent' as const, revision: 6 };
    expect(await settle([gone, left])).toEqual(['remove-container', 'forget-identity']);
    expect(lab.identities.has(container.node)).toBe(false);
    expect(await engineId()).toBeUndefined();
  });
});
