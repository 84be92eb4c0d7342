import { describe, expect, it } from '@jest/globals';
import { ContainerLimits, MembershipSettings, Name, Workload, type NetworkId } from '@orrery/shared/contracts';
import fc from 'fast-check';
import { newId } from '@orrery/shared/runtime';
import { newMembership } from '../wanted/wanted-items.js';
import {
  attachmentName,
  newContainer,
  replaceMemberships,
  specDifferences,
  type ResolvedSpec,
} from './container-spec.js';

const [A, B, C] = ['8056c2e21c00000a', '8056c2e21c00000b', '8056c2e21c00000c'];
const settings = MembershipSettings.parse({});
const spec = (networks: NetworkId[], more: Partial<ResolvedSpec> = {}): ResolvedSpec => ({
  networks,
  image: null,
  limits: ContainerLimits.parse({}),
  settings,
  workload: null,
  ...more,
});
const container = newContainer(newId('hst'), 'demo', spec([A, B]));
const membership = (network: NetworkId, more = settings) => newMembership(container.nodeId, network, more);

describe('the differences between a container and a spec', () => {
  const present = [membership(A), membership(B)];

  it('are none for the same spec, whatever the order of its networks', () => {
    expect(specDifferences(container, present, spec([B, A]))).toEqual([]);
  });

  it('are named field by field, with the current and the requested value', () => {
    const asked = spec([A], { image: 'zt:2', limits: { memoryMb: 256, pids: 64 } });
    expect(specDifferences(container, present, asked)).toEqual([
      { field: 'networks', is: [A, B], asked: [A] },
      { field: 'image', is: null, asked: 'zt:2' },
      { field: 'limits.pids', is: 128, asked: 64 },
    ]);
  });

  it('include the workload of an attachment', () => {
    expect(specDifferences(container, present, spec([A, B], { workload: 'shop/db/1' }))).toEqual([
      { field: 'workload', is: null, asked: 'shop/db/1' },
    ]);
    const attached = { ...container, workload: 'shop/db/1' };
    expect(specDifferences(attached, present, spec([A, B], { workload: 'shop/db/1' }))).toEqual([]);
  });

  it('name only the network whose settings were changed', () => {
    const open = { ...settings, allowGlobal: true };
    expect(specDifferences(container, [membership(A), membership(B, open)], spec([A, B]))).toEqual([
      { field: `settings of ${B}`, is: open, asked: settings },
    ]);
  });
});

describe('the name of an attachment', () => {
  it.each([
    ['shop/db/1', 'shop-db-1'],
    ['postgres', 'postgres'],
    ['My_Shop/Web.Front/12', 'my-shop-web-front-12'],
    ['a--b', 'a-b'],
    ['a.', 'a'],
    [`${'a'.repeat(62)}-/b/1`.slice(0, 70), 'a'.repeat(62)],
    ['x'.repeat(255), 'x'.repeat(63)],
  ])('of %s is %s', (workload, name) => {
    expect(attachmentName(workload)).toBe(name);
  });

  it('is a valid name for every workload', () => {
    const part = fc.stringMatching(/^[a-zA-Z0-9][a-zA-Z0-9_.-]{0,80}$/);
    const composed = fc.tuple(
      fc.stringMatching(/^[a-z0-9][a-z0-9_-]{0,80}$/),
      part,
      fc.integer({ min: 1, max: 99999 }),
    );
    const workloads = fc.oneof(
      part,
      composed.map((parts) => parts.join('/')),
    );
    fc.assert(
      fc.property(workloads, (workload) => {
        expect(Workload.safeParse(workload).success).toBe(true);
        expect(Name.safeParse(attachmentName(workload)).success).toBe(true);
      }),
    );
  });
});

describe('a replaced spec', () => {
  it('keeps the items of networks that stay, adds new ones, and makes the others absent', () => {
    const before = [membership(A), membership(B)];
    const asked = { ...settings, allowDNS: true };
    const { drafts, added } = replaceMemberships(container.nodeId, before, spec([B, C], { settings: asked }));
    expect(added.map(({ networkId }) => networkId)).toEqual([C]);
    expect(drafts).toMatchObject([
      { id: before[0]?.itemId, network: A, intent: 'absent', settings },
      { id: before[1]?.itemId, network: B, intent: 'present', settings: asked },
      { id: added[0]?.itemId, network: C, intent: 'present', settings: asked, nodeKind: 'container' },
    ]);
  });
});
