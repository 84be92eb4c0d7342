import { describe, expect, it } from '@jest/globals';
import { newId } from '@orrery/shared/runtime';
import { containerItem } from '../../../../../test/support/agent/items.js';
import {
  container as containerOf,
  hostNode,
  known,
  membership,
  node,
  observed,
  shown,
} from '../../../../../test/support/agent/observed.js';
import { diff } from './diff.js';
import { underPressure } from './under-pressure.js';

const host = newId('nod');
const at = (status: 'OK' | 'ACCESS_DENIED', up = true) =>
  observed({
    nodes: [
      hostNode(host, { memberships: known([membership({ status })]), interfaces: known([shown(undefined, { up })]) }),
    ],
  });
const types = (facts: ReturnType<typeof diff>) => facts.map(({ type }) => type);

describe('underPressure', () => {
  it('reports every change of authorization, and only the final state of everything else', () => {
    const told: string[] = [];
    let before = at('OK');
    for (const after of [at('ACCESS_DENIED', false), at('OK', true), at('ACCESS_DENIED', true), at('OK', false)]) {
      const pressed = underPressure(before, after, diff(before, after));
      told.push(...types(pressed.facts));
      before = pressed.before;
    }
    expect(told).toEqual([
      ...['authorization.revoked', 'authorization.granted', 'authorization.revoked', 'authorization.granted'],
    ]);
    expect(types(diff(before, at('OK', false)))).toEqual(['interface.down']);
  });

  it('reports the authorization of a node once, even when nothing else of the node was reported', () => {
    const container = containerItem();
    const asks = node(container.node, { memberships: known([membership({ status: 'ACCESS_DENIED' })]) });
    const after = observed({ containers: known([containerOf(container)]), nodes: [asks] });
    const first = underPressure(observed(), after, diff(observed(), after));
    expect(types(first.facts)).toEqual(['authorization.requested']);
    const second = underPressure(first.before, after, diff(first.before, after));
    expect(second.facts).toEqual([]);
    expect(types(diff(second.before, after))).toEqual(['container.created', 'container.started', 'node.up']);
  });
});
