import { beforeEach, describe, expect, it } from '@jest/globals';
import { handleRequest, newController, push, saveMember, saveNetwork, type Controller } from './controller.js';
import { patchMember, patchNetwork, type Body } from './controller-patch.js';
import { newMember, newNetwork } from './controller-records.js';
import type { Message } from './messages.js';

const ID = 'f5a6c572f6438598';
const MEMBER = '3a4f1af7fa';
const KEY = `${MEMBER}:0:${'ab'.repeat(64)}`;

describe('a controller', () => {
  let controller: Controller;

  const ask = (now: number, identity = KEY): Message[] => {
    const request = { kind: 'config-request', from: MEMBER, to: 'f5a6c572f6', networkId: ID, identity } as const;
    const turn = handleRequest(controller, request, now);
    controller = turn.state;
    return [...turn.out];
  };
  const change = (body: Body, now = 0): Message[] => {
    const was = controller.members[ID]?.[MEMBER] ?? newMember(ID, MEMBER, now);
    const turn = push(saveMember(controller, patchMember(was, body, now)), ID, MEMBER, now);
    controller = turn.state;
    return [...turn.out];
  };

  beforeEach(() => {
    controller = saveNetwork(newController('f5a6c572f6'), newNetwork(ID, 0));
  });

  it('refuses a node that is not authorized, remembers it, and admits it once authorized', () => {
    expect(ask(0)).toMatchObject([{ kind: 'refusal', refusal: { code: 'ACCESS_DENIED' } }]);
    expect(controller.members[ID]?.[MEMBER]).toMatchObject({ authorized: false, identity: KEY, revision: 1 });
    change({ authorized: true });
    expect(ask(5_000)).toMatchObject([{ kind: 'config', to: MEMBER }]);
  });

  it('answers a node only once a second', () => {
    expect(ask(0)).toHaveLength(1);
    expect(ask(900)).toEqual([]);
    expect(ask(1_100)).toHaveLength(1);
  });

  it('pushes only to nodes that it admitted before and that asked within two minutes', () => {
    ask(0);
    expect(change({ authorized: true }, 100)).toEqual([]);
    ask(5_000);
    expect(change({ ipAssignments: ['10.0.0.1'] }, 6_000)).toHaveLength(1);
    expect(change({ ipAssignments: ['10.0.0.2'] }, 126_000)).toEqual([]);
  });

  it('does not notify a node that is deauthorized', () => {
    change({ authorized: true });
    ask(0);
    expect(change({ authorized: false }, 1_000)).toEqual([]);
    expect(ask(60_000)).toMatchObject([{ kind: 'refusal' }]);
  });

  it('does not accept a known address with another key', () => {
    change({ authorized: true });
    expect(ask(0)).toMatchObject([{ kind: 'config' }]);
    expect(ask(5_000, KEY.replace('ab', 'cd'))).toMatchObject([
      { kind: 'refusal', refusal: { code: 'ACCESS_DENIED' } },
    ]);
  });

  it('counts a revision only when something changed', () => {
    const save = (body: Body): number | undefined => {
      controller = saveNetwork(controller, patchNetwork(controller.networks[ID] ?? newNetwork(ID, 0), body));
      return controller.networks[ID]?.revision;
    };
    expect(save({ name: 'a' })).toBe(2);
    expect(save({ name: 'a' })).toBe(2);
    expect(save({ unknown: 1 })).toBe(2);
    expect(save({ name: 'b' })).toBe(3);
  });
});
