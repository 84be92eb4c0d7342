import { describe, expect, it } from '@jest/globals';
import { overlaps, parsePrefix } from '@orrery/shared/addresses';
import { MembershipSettings, type MembershipItem, type ObservedMembership } from '@orrery/shared/contracts';
import { newId } from '@orrery/shared/runtime';
import fc from 'fast-check';
import { desiredItems, HOST_NODE, observedStates } from '../../../../../test/support/agent/arbitrary.js';
import { membershipItem } from '../../../../../test/support/agent/items.js';
import { hostNode, known, membership, observed } from '../../../../../test/support/agent/observed.js';
import { expectSteps, facts } from '../../../../../test/support/agent/steps.js';
import { plan } from '../plan/plan.js';
import { planToTheEnd } from '../plan/plan-predict.js';
import { routeRule } from '../policy/judge.js';
import { Policy } from '../policy/policy.js';
import type { KnownGround, RuledGround } from './ground.js';
import { admissionOf, settingsNow } from './decide-settings.js';

const host = newId('nod');
const item = membershipItem({ node: host, nodeKind: 'host' });
const ground: KnownGround = {
  known: true,
  value: [
    { prefix: '0.0.0.0/0', what: 'the way out', kind: 'route', device: 'eth0' },
    { prefix: '192.168.1.0/24', what: '192.168.1.0/24 over eth0', kind: 'route', device: 'eth0' },
  ],
};
const blind: RuledGround = { known: false, cause: 'no ip', fix: 'install it' };
const managedNow = (joined?: ObservedMembership, of: MembershipItem = item, seen: RuledGround | undefined = ground) =>
  settingsNow(of, joined, seen).allowManaged;
const hostile = { routes: [{ target: '192.168.1.0/25', via: null }], addresses: ['192.168.1.9/24'] };

describe('the settings of a host’s own daemon', () => {
  it('admit nothing before it is known what the network pushes: the first look', () => {
    expect(managedNow()).toBe(false);
    const unread = membership({ allowManaged: false, status: 'REQUESTING_CONFIGURATION', addresses: [], routes: [] });
    expect(managedNow(unread)).toBe(false);
    expect(managedNow(membership({ allowManaged: true, status: 'ACCESS_DENIED' }))).toBe(false);
  });

  it('then admit what takes nothing away, and nothing when everything would', () => {
    expect(managedNow(membership({ allowManaged: false }))).toEqual(['10.99.0.0/24']);
    expect(managedNow(membership({ allowManaged: false, ...hostile }))).toBe(false);
  });

  it('keep the current list while it will do, even without a configuration and on unknown ground', () => {
    const listed = { allowManaged: true, allowManagedList: ['10.99.0.0/16'] };
    expect(managedNow(membership(listed))).toEqual(['10.99.0.0/16']);
    expect(managedNow(membership({ ...listed, status: 'ACCESS_DENIED' }))).toEqual(['10.99.0.0/16']);
    expect(managedNow(membership(listed), item, blind)).toEqual(['10.99.0.0/16']);
    expect(managedNow(membership({ allowManaged: false }), item, blind)).toBe(false);
  });

  it('drop a list when the host has moved to a LAN that the list admits', () => {
    const listed = { allowManaged: true, allowManagedList: ['192.168.0.0/16', '10.99.0.0/24'] };
    expect(managedNow(membership(listed))).toEqual(['10.99.0.0/24']);
  });

  it('admit nothing that the policy of the host denies, even when it was admitted before', () => {
    const policy = { mayRoute: routeRule(Policy.parse({ routes: { deny: ['10.99.0.0/16'] } })), fix: 'allow it' };
    const routes = [{ target: '10.98.0.0/24', via: null }];
    expect(managedNow(membership({ allowManaged: false, routes }))).toEqual(['10.99.0.0/24', '10.98.0.0/24']);
    const held = { ...ground, policy };
    expect(managedNow(membership({ allowManaged: false, routes }), item, held)).toEqual(['10.98.0.0/24']);
    const listed = membership({ allowManagedList: ['10.99.0.0/24'], routes });
    expect(managedNow(listed, item, held)).toEqual(['10.98.0.0/24']);
  });

  it.each<[string, Partial<MembershipItem>]>([
    ['a list from the operator', { settings: MembershipSettings.parse({ allowManaged: ['192.168.1.0/24'] }) }],
    ['a refusal by the operator', { settings: MembershipSettings.parse({ allowManaged: false }) }],
    ['settings with a default route', { settings: MembershipSettings.parse({ allowDefault: true }) }],
    ['those of a container, which has its own namespace', { nodeKind: 'container' }],
  ])('leave %s unchanged', (_what, more) => {
    const one = { ...item, ...more };
    expect(settingsNow(one, membership(hostile), ground)).toEqual(one.settings);
  });

  it('are decided once for an observation, and again for another observation, other ground, or other settings', () => {
    const joined = membership({ allowManaged: false });
    const first = admissionOf(item, joined, ground);
    expect(admissionOf(item, joined, ground)).toBe(first);
    expect(admissionOf(item, { ...joined }, ground)).not.toBe(first);
    expect(admissionOf(item, joined, { ...ground, value: [] })).not.toBe(first);
    const settings = MembershipSettings.parse({ allowGlobal: true });
    const open = membership({ allowManaged: false, addresses: ['8.8.8.8/24'], routes: [] });
    expect([admissionOf(item, open, ground).list, admissionOf({ ...item, settings }, open, ground).list]).toEqual([
      [],
      ['8.8.8.0/24'],
    ]);
  });

  it('are those of the item on a machine without ground', () => {
    expect(settingsNow(item, membership(hostile), undefined).allowManaged).toBe(true);
  });
});

describe('plan, on a host with ground', () => {
  const seen = { ...facts(), ground };
  const at = (...memberships: ObservedMembership[]) =>
    observed({ nodes: [hostNode(host, { memberships: known(memberships) })] });

  it('joins for a first look, then configures with the list, then has nothing left to do', () => {
    const first = expectSteps([item], at(), seen);
    first.toBe('join-network');
    expect(first.steps[0]).toMatchObject({ settings: { allowManaged: false } });
    expectSteps([item], at(membership({ allowManaged: false, status: 'REQUESTING_CONFIGURATION' })), seen).toBeNone();
    const then = expectSteps([item], at(membership({ allowManaged: false })), seen);
    then.toBe('configure-network');
    expect(then.steps[0]).toMatchObject({ settings: { allowManaged: ['10.99.0.0/24'] } });
    expectSteps([item], at(membership({ allowManagedList: ['10.99.0.0/24'] })), seen).toBeNone();
  });

  it('writes the list again when somebody has reset it to a flag with a POST', () => {
    const flag = expectSteps([item], at(membership({ allowManaged: true, allowManagedList: null })), seen);
    expect(flag.steps[0]).toMatchObject({ step: 'configure-network', settings: { allowManaged: ['10.99.0.0/24'] } });
  });

  it('never admits a network without a list or anything the host needs, and terminates', () => {
    const pushes = fc.array(
      fc.constantFrom('192.168.1.0/24', '10.0.0.0/8', '0.0.0.0/1', '192.168.0.0/16', '10.9.0.0/16'),
    );
    fc.assert(
      fc.property(desiredItems, observedStates, pushes, (desired, state, targets) => {
        const nodes = state.nodes.map((node) => ({
          ...node,
          memberships: node.memberships.known
            ? known(
                node.memberships.value.map((one) => ({
                  ...one,
                  routes: targets.map((target) => ({ target, via: null })),
                })),
              )
            : node.memberships,
        }));
        const looked = desired.filter(
          (one) => one.kind === 'membership' && one.node === HOST_NODE && one.settings.allowManaged === true,
        );
        for (const step of plan(desired, { ...state, nodes }, seen)) {
          if (!('settings' in step) || !looked.some(({ id }) => id === step.item)) continue;
          const { allowManaged } = step.settings;
          expect(allowManaged).not.toBe(true);
          const lan = parsePrefix('192.168.1.0/24');
          for (const text of Array.isArray(allowManaged) ? allowManaged : []) {
            const entry = parsePrefix(text);
            expect(entry && lan && overlaps(entry, lan)).toBe(false);
          }
        }
        expect(planToTheEnd(desired, { ...state, nodes }, seen).length).toBeLessThan(40);
      }),
      { numRuns: 300 },
    );
  });
});
