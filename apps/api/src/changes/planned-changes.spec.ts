import { describe, expect, it } from '@jest/globals';
import { ContainerLimits, MembershipSettings, type AnyItem } from '@orrery/shared/contracts';
import { newId } from '@orrery/shared/runtime';
import { newContainer } from '../containers/container-spec.js';
import { containerDraft, membershipDraft, newMembership } from '../wanted/wanted-items.js';
import { differences, itemChanges } from './planned-changes.js';

const [A, settings] = ['8056c2e21c00000a', MembershipSettings.parse({})];
const spec = { networks: [A], image: null, limits: ContainerLimits.parse({}), settings, workload: null };
const container = newContainer(newId('hst'), 'demo', spec);
const membership = newMembership(container.nodeId, A, settings);
const named = (item: Omit<AnyItem, 'revision'>, name: string) => ({ item: { ...item, revision: 1 } as AnyItem, name });
const demo = (change: object = {}) => named(containerDraft(container, change), 'web-1/demo');
const inA = (change: object = {}) => named(membershipDraft(membership, 'container', change), 'web-1/demo in lab');

describe('the differences between two states', () => {
  it('name each field, nested ones with dots, and lists as a whole', () => {
    expect(
      differences({ a: 1, labels: { x: '1', y: '2' }, list: [1] }, { a: 1, labels: { y: '3' }, list: [1, 2] }),
    ).toEqual({
      action: 'change',
      fields: [
        { field: 'labels.x', is: '1', becomes: null },
        { field: 'labels.y', is: '2', becomes: '3' },
        { field: 'list', is: [1], becomes: [1, 2] },
      ],
    });
  });

  it('are none when both are equal or both are missing', () => {
    expect(differences({ a: [1] }, { a: [1] })).toBeUndefined();
    expect(differences(undefined, undefined)).toBeUndefined();
  });

  it('distinguish creation and deletion', () => {
    expect(differences(undefined, { a: 1 })).toEqual({
      action: 'create',
      fields: [{ field: 'a', is: null, becomes: 1 }],
    });
    expect(differences({ a: 1 }, undefined)).toEqual({
      action: 'delete',
      fields: [{ field: 'a', is: 1, becomes: null }],
    });
  });
});

describe('the changes of items', () => {
  it('tell launched, changed, removed and untouched items apart', () => {
    expect(itemChanges([], [demo(), inA()]).map(({ noun, name, action }) => [noun, name, action])).toEqual([
      ['container', 'web-1/demo', 'create'],
      ['membership', 'web-1/demo in lab', 'create'],
    ]);
    expect(itemChanges([demo(), inA()], [demo({ incarnation: 1 }), inA()])).toEqual([
      {
        noun: 'container',
        name: 'web-1/demo',
        action: 'change',
        fields: [{ field: 'incarnation', is: 0, becomes: 1 }],
      },
    ]);
    expect(itemChanges([inA()], [inA({ intent: 'absent' })])).toMatchObject([{ noun: 'membership', action: 'delete' }]);
  });

  it('show an attachment as a container with its workload', () => {
    const attached = named(containerDraft({ ...container, workload: 'shop/db/1' }), 'web-1/demo');
    const [created] = itemChanges([], [attached]);
    expect(created).toMatchObject({ noun: 'container', name: 'web-1/demo', action: 'create' });
    expect(created?.fields).toContainEqual({ field: 'workload', is: null, becomes: 'shop/db/1' });
  });

  it('are none when only the revision of an item changes', () => {
    const { item, name } = inA();
    expect(itemChanges([{ item, name }], [{ item: { ...item, revision: 7 }, name }])).toEqual([]);
  });

  it('include a released item: it stays, and nothing is desired of it', () => {
    const fields = [{ field: 'managed', is: true, becomes: false }];
    expect(itemChanges([inA()], [])).toEqual([
      { noun: 'membership', name: 'web-1/demo in lab', action: 'change', fields },
    ]);
    expect(itemChanges([inA({ intent: 'absent' })], [])).toEqual([]);
  });
});
