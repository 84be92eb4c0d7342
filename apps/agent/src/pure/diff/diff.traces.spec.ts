import { describe, expect, it } from '@jest/globals';
import type { AgentFact, NodeId, ObservedState } from '@orrery/shared/contracts';
import { newId } from '@orrery/shared/runtime';
import { node, observed, unknown } from '../../../../../test/support/agent/observed.js';
import { trace } from '../../../../../test/support/agent/traces.js';
import { diff } from './diff.js';
import { remember } from './remember.js';
import { ToldPaths } from './told-paths.js';

/** The facts at each millisecond of a recording: `type` and, for paths, the last digits of the peer. */
function told(name: string): [number, string[]][] {
  const id = newId('nod');
  const life = trace(name, id);
  let before: ObservedState = { ...observed(), ...life[0]?.state, nodes: [notThere(id)] };
  const paths = new ToldPaths();
  const lines: [number, string[]][] = [];
  for (const { ms, state } of life) {
    const shown = paths.of(before, state, ms);
    const facts = diff(before, shown).map(line);
    if (facts.length > 0) lines.push([ms, facts]);
    before = remember(before, shown);
  }
  return lines;
}

const notThere = (id: NodeId) =>
  node(id, { daemon: unknown(), memberships: unknown(), interfaces: unknown(), peers: unknown() });

function line(fact: AgentFact): string {
  if (fact.type === 'path.direct' || fact.type === 'path.relayed')
    return `${fact.type} ${fact.data.after?.address.slice(0, 4)}`;
  return fact.type;
}

describe('diff over the recorded lives of a real zerotier-one', () => {
  it('reports the life of a node: waiting, authorized, deauthorized, authorized, moved, left, joined, restarted, killed', () => {
    expect(told('life-of-a-member')).toEqual([
      [1108, ['node.up', 'network.joined', 'authorization.requested', 'path.direct f5a6']],
      [5443, ['node.online']],
      [10473, ['authorization.granted']],
      [14700, ['path.relayed 3a4f']],
      [14802, ['path.direct 3a4f']],
      [20986, ['path.direct 34c6', 'path.direct edeb', 'path.direct eded']],
      [21504, ['path.relayed 9115']],
      // Deauthorized at 20,747: the node's own view is fifty seconds late.
      [70452, ['authorization.revoked']],
      [96094, ['authorization.granted']],
      [104240, ['network.changed']],
      [123335, ['network.left']],
      [126443, ['network.joined']],
      [130460, ['authorization.granted']],
      [135498, ['node.down']],
      [136705, ['node.up']],
      [140826, ['node.online']],
      [144930, ['node.down']],
    ]);
  });

  it('reports nothing while controller and root are unreachable, because the node notices nothing', () => {
    expect(told('controller-away')).toEqual([
      [328, ['node.up', 'network.joined', 'path.relayed f5a6']],
      [12442, ['authorization.requested', 'path.direct f5a6']],
      [15418, ['node.online', 'authorization.granted']],
    ]);
  });

  it('reports a deleted network as not found when the node notices, and grants nothing in a public one', () => {
    expect(told('network-deleted')).toEqual([
      [415, ['node.up', 'network.joined', 'path.relayed f5a6']],
      [517, ['path.direct f5a6']],
      [931, ['network.changed']],
      [5467, ['node.online']],
      [65491, ['network.not-found']],
    ]);
  });

  it('distinguishes two networks of one node, and reports a change of settings', () => {
    expect(told('two-networks')).toEqual([
      [380, ['node.up', 'network.joined', 'path.relayed f5a6']],
      [482, ['path.direct f5a6']],
      [893, ['network.changed']],
      [5399, ['node.online']],
      [6426, ['network.joined']],
      [10433, ['authorization.granted']],
      [15475, ['network.changed']],
    ]);
  });
});
