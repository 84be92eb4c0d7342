import { describe, expect, it } from '@jest/globals';
import { newId } from '@orrery/shared/runtime';
import { AgentFact } from '@orrery/shared/contracts';
import { launch } from '../../../../test/support/agent/items.js';
import {
  container,
  hostNode,
  known,
  membership,
  node,
  observed,
  peer,
  shown,
  workload,
} from '../../../../test/support/agent/observed.js';
import { fitFact, MAX_FACT_BYTES } from './fit-fact.js';

const host = newId('nod');
const routes = Array.from({ length: 10_000 }, (_, at) => ({ target: `10.${at >> 8}.${at & 255}.0/24`, via: null }));
const sizeOf = (value: unknown) => Buffer.byteLength(JSON.stringify(value));

describe('fitFact', () => {
  it('leaves a fact that fits unchanged', () => {
    const fact: AgentFact = {
      type: 'network.changed',
      data: { node: host, network: '8056c2e21c000001', after: membership() },
    };
    expect(fitFact(fact).facts[0]).toBe(fact);
  });

  it('cuts ten thousand routes and a name of a megabyte, and the rest is still a valid fact', () => {
    const after = membership({ routes, name: 'x'.repeat(1_000_000) });
    const fact: AgentFact = { type: 'network.changed', data: { node: host, network: after.network, after } };
    const [fitted] = fitFact(fact).facts;
    expect(sizeOf(fitted)).toBeLessThanOrEqual(MAX_FACT_BYTES);
    expect(AgentFact.parse(fitted)).toMatchObject({ data: { after: { status: 'OK', network: after.network } } });
  });

  it('marks the peers of a snapshot as unknown when there are too many, because a cut list would mean that the rest is gone', () => {
    const peers = Array.from({ length: 5_000 }, (_, at) => peer(at.toString(16).padStart(10, '0')));
    const own = hostNode(host, { peers: known(peers), memberships: known([membership()]) });
    const fact: AgentFact = { type: 'host.snapshot', data: { hash: 'x', state: observed({ nodes: [own] }) } };
    const [fitted] = fitFact(fact).facts;
    expect(fitted).toMatchObject({
      data: {
        state: { nodes: [{ peers: { known: false }, memberships: { known: true, value: [{ status: 'OK' }] } }] },
      },
    });
  });

  it('keeps every membership and interface of a snapshot that has too many routes', () => {
    const own = hostNode(host, {
      memberships: known([membership({ routes }), membership({ network: '8056c2e21c000002' })]),
      interfaces: known([shown(undefined, { routes })]),
    });
    const [fitted] = fitFact({ type: 'host.snapshot', data: { hash: 'x', state: observed({ nodes: [own] }) } }).facts;
    expect(sizeOf(fitted)).toBeLessThanOrEqual(MAX_FACT_BYTES);
    expect(fitted).toMatchObject({
      data: { state: { nodes: [{ memberships: { value: { length: 2 } }, interfaces: { value: { length: 1 } } }] } },
    });
  });

  describe('a snapshot of many containers', () => {
    const launched = (count: number) =>
      Array.from({ length: count }, (_, at) => launch({ name: `demo-${at}` }).container);
    const snapshot = (count: number): AgentFact => {
      const items = launched(count);
      const nodes = items.map((item) =>
        node(item.node, { memberships: known([membership()]), interfaces: known([shown()]) }),
      );
      const state = observed({
        containers: known(items.map((item) => container(item))),
        nodes: [hostNode(host), ...nodes],
      });
      return { type: 'host.snapshot', data: { hash: 'x', state } };
    };
    const statesOf = (facts: AgentFact[]) =>
      facts.flatMap((fact) => (fact.type === 'host.snapshot' ? [fact.data.state] : []));

    it('splits 400 containers into pieces without loss; the first has the host and all containers', () => {
      const { facts, leftOut } = fitFact(snapshot(400));
      const states = statesOf(facts);
      expect(facts.length).toBeGreaterThan(1);
      expect(leftOut).toEqual([]);
      for (const fact of facts) expect(sizeOf(AgentFact.parse(fact))).toBeLessThanOrEqual(MAX_FACT_BYTES);
      expect(states[0]?.containers).toMatchObject({ known: true, value: { length: 400 } });
      expect(states[0]?.nodes[0]?.kind).toBe('host');
      for (const state of states.slice(1)) expect(state.containers.known).toBe(false);
      const nodes = states.flatMap((state) => state.nodes);
      expect(new Set(nodes.map((one) => one.node)).size).toBe(401);
      expect(nodes.filter(({ memberships }) => !memberships.known)).toEqual([]);
    });

    it('marks the containers as unknown, and reports it, when they alone are too many', () => {
      const { facts, leftOut } = fitFact(snapshot(1_000));
      expect(leftOut).toEqual(['containers']);
      for (const fact of facts) expect(sizeOf(fact)).toBeLessThanOrEqual(MAX_FACT_BYTES);
      expect(statesOf(facts).flatMap((state) => state.nodes)).toHaveLength(1_001);
    });
  });

  it('reports workloads that do not fit beside the containers in a piece of their own, or else each alone', () => {
    const many = (count: number) =>
      Array.from({ length: count }, (_, at) =>
        workload({ workload: `shop/db/${at + 1}`, labels: { 'orrery.network': 'x'.repeat(1000) } }),
      );
    const items = Array.from({ length: 300 }, (_, at) => launch({ name: `n${at}` }).container);
    const fitted = (count: number) => {
      const containers = known(items.map((item) => container(item)));
      const state = observed({ containers, workloads: known(many(count)), nodes: [hostNode(host)] });
      return fitFact({ type: 'host.snapshot', data: { hash: 'x', state } });
    };
    const [first, second, ...none] = fitted(100).facts;
    expect(first).toMatchObject({ data: { state: { containers: { known: true }, workloads: { known: false } } } });
    expect(second).toMatchObject({ data: { state: { containers: { known: false }, workloads: { known: true } } } });
    expect(none).toEqual([]);
    const { facts, leftOut } = fitted(300);
    expect(facts.map(({ type }) => type)).toEqual(['host.snapshot', ...Array(300).fill('workload.found')]);
    expect(facts[0]).toMatchObject({ data: { state: { workloads: { known: false } } } });
    expect(leftOut).toEqual([]);
  });
});
