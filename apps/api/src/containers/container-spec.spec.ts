import { describe, expect, it } from '@jest/globals';
import { ContainerLimits, MembershipSettings, type NetworkId } from '@orrery/shared/contracts';
import { newId } from '@orrery/shared/runtime';
import { newMembership } from '../wanted/wanted-items.js';
import { newContainer, replaceMemberships, specDifferences, type ResolvedSpec } from './container-spec.js';

const [A, B, C] = ['8056c2e21c00000a', '8056c2e21c00000b', '8056c2e21c00000c'];
const settings = MembershipSettings.parse({});
const spec = (networks: NetworkId[], more: Partial<ResolvedSpec> = {}): ResolvedSpec => ({
  networks,
  image: null,
  limits: ContainerLimits.parse({}),
  settings,
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

  it('name only the network whose settings were changed', () => {
    const open = { ...settings, allowGlobal: true };
    expect(specDifferences(container, [membership(A), membership(B, open)], spec([A, B]))).toEqual([
      { field: `settings of ${B}`, is: open, asked: settings },
    ]);
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
