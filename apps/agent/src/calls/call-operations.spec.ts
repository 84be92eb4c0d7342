import { beforeEach, describe, expect, it } from '@jest/globals';
import { newId } from '@orrery/shared/runtime';
import { explain, type Item, type ObservedWorkload, type Part, type PlannedStep } from '@orrery/shared/contracts';
import type { RouterGround } from '@orrery/shared/machine';
import { attach, route } from '../../../../test/support/agent/items.js';
import { known, observed, unknown, workload } from '../../../../test/support/agent/observed.js';
import { DEFAULT_IMAGE, facts } from '../../../../test/support/agent/steps.js';
import { Policy, type HeldPolicy } from '../pure/policy/policy.js';
import { CallOperations, type CallOperationsParts } from './call-operations.js';

const { items } = attach({ workload: 'shop/db/1', name: 'db' });
const LABELS = { 'orrery.network': '8056c2e21c000001' };

describe('a plan that is only asked about', () => {
  let lookedFor: readonly string[][];
  let there: Part<ObservedWorkload[]>;
  let lastSeen: Part<ObservedWorkload[]>;
  let rules: object;
  let routerGround: RouterGround;

  beforeEach(() => {
    lookedFor = [];
    there = known([workload({ labelled: true, labels: LABELS })]);
    lastSeen = known([]);
    rules = {};
    routerGround = {};
  });

  async function plan(of: Item[] = items): Promise<[string, string][]> {
    const held: HeldPolicy = {
      ...{ result: 'held', file: 'policy.yaml', isWritten: true, lines: new Map() },
      policy: Policy.parse(rules),
    };
    const parts = {
      hostNode: newId('nod'),
      policy: { refresh: () => Promise.resolve(held) },
      reconciler: {
        lastLook: {
          observed: observed({ workloads: lastSeen }),
          facts: { ...facts({ images: [DEFAULT_IMAGE] }), routerGround },
          inventory: '',
        },
      },
      machine: {
        findWorkloads: (named: string[]) => {
          lookedFor = [...lookedFor, named];
          return Promise.resolve(there);
        },
      },
    } as unknown as CallOperationsParts;
    const reply = await new CallOperations(parts).run({ op: 'plan', items: of });
    if (reply.result !== 'ok') throw new Error(reply.cause);
    return (reply.value as { steps: PlannedStep[] }).steps.map(({ step, detail }) => [step, detail]);
  }
  const steps = async (of?: Item[]) => (await plan(of)).map(([step]) => step);

  it('shows what would be done, because its workload is looked for', async () => {
    expect(await steps()).toEqual(['mint-identity', 'create-container', 'start-container']);
    expect(lookedFor).toEqual([['shop/db/1']]);
  });

  it('looks for none that the last look has shown, nor for one of an attachment that goes', async () => {
    lastSeen = there;
    expect(await steps()).toContain('create-container');
    lastSeen = known([]);
    await plan(items.map((item) => ({ ...item, intent: 'absent' })));
    expect(lookedFor).toEqual([]);
  });

  it('shows what it would wait for, and what cannot be attached', async () => {
    there = known([]);
    expect(await plan()).toEqual([['workload', 'there is no container shop/db/1 on this host']]);
    const unsuitable = { code: 'workload-unsuitable' as const, cause: 'it is in the host network', fix: 'move it' };
    there = known([workload({ unsuitable, labelled: true, labels: LABELS })]);
    expect(await plan()).toEqual([['workload-unsuitable', 'it is in the host network']]);
    there = unknown('docker-unreachable');
    expect(await steps()).toEqual(['docker-unreachable']);
  });

  it('shows that the host does not allow it, and then looks at no workload if none may be attached', async () => {
    there = known([workload({ labelled: false })]);
    expect((await plan())[0]).toEqual(['policy-denied', expect.stringContaining('does not wear the label')]);
    rules = { workloads: 'all' };
    expect(await steps()).toContain('create-container');
    lookedFor = [];
    rules = { workloads: 'none' };
    expect(await steps()).toEqual(['policy-denied', 'policy-denied']);
    expect(lookedFor).toEqual([]);
  });

  it('shows what a router would let through, and what keeps its host from it', async () => {
    const { items: routed, router } = route();
    expect((await plan(routed))[0]).toEqual(['policy-denied', expect.stringContaining('(rule routers)')]);
    rules = { routers: ['192.168.0.0/16'] };
    const [, , started] = await plan(routed);
    expect(started).toEqual(['start-container', `lets ${router.network} through to 192.168.10.0/24`]);
    routerGround = { trouble: explain('nft-missing/program') };
    const found = await plan(routed);
    expect(found[0]).toEqual(['nft-missing', 'there is no program nft on this host']);
    // Its container is created all the same, and lets nothing through.
    expect(found.at(-1)).toEqual(['start-container', '']);
  });
});
