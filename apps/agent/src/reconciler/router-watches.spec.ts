import { afterEach, describe, expect, it } from '@jest/globals';
import type { NodeId, ProbeResult } from '@orrery/shared/contracts';
import type { Machine, ProbeRun } from '@orrery/shared/machine';
import { createLogger, newId } from '@orrery/shared/runtime';
import { eventually } from '../../../../test/support/eventually.js';
import type { Question } from '../pure/router/watching.js';
import { RouterWatches } from './router-watches.js';

const node = newId('nod');
const ofPeer: Question = { node, network: '8056c2e21c000001', of: 'peer', address: '10.99.0.5', run: 'first' };
const ofLan: Question = { ...ofPeer, of: 'lan', address: '192.168.10.20', port: 80 };
const ping = (received: number) => ({ sent: 1, received, minMs: null, averageMs: null, maxMs: null });
const end = (code: ProbeResult['code'], more: Partial<ProbeResult> = {}): ProbeResult => ({
  ...{ code, cause: '', fix: '', address: null, ms: 1 },
  ...more,
});
const REACHED = end('reached');

describe('what routers watch', () => {
  let reply: (run: ProbeRun) => ProbeResult | Promise<ProbeResult>;
  let opened: NodeId[];
  let runs: ProbeRun[];
  let told: NodeId[];
  let watches: RouterWatches;
  const start = (prober?: Machine['prober']) => {
    [opened, runs, told] = [[], [], []];
    reply = () => REACHED;
    const asUsual: Machine['prober'] = (which) => {
      opened.push(which);
      return Promise.resolve((run) => {
        runs.push(run);
        return Promise.resolve(reply(run));
      });
    };
    const parts = { machine: { prober: prober ?? asUsual }, logger: createLogger('test', 'silent'), everyMs: 1 };
    watches = new RouterWatches({ ...parts, changed: (which) => told.push(which) });
  };
  const answers = () => watches.answers.map((one) => one.answers);
  const more = (count = 5) => {
    const before = runs.length;
    return eventually(() => runs.length >= before + count, { every: 1 });
  };
  afterEach(() => watches.stop());

  it('is asked again and again, and only a change is told', async () => {
    start();
    watches.ask([ofPeer]);
    await eventually(() => told.length === 1, { every: 1 });
    await more();
    expect([answers(), told, opened]).toEqual([[true], [node], [node]]);
    reply = () => end('timed-out', { ping: ping(0) });
    await eventually(() => told.length === 2, { every: 1 });
    await more();
    expect([answers(), told.length]).toEqual([[false], 2]);
    reply = () => REACHED;
    await eventually(() => answers()[0] === true, { every: 1 });
    expect(told.length).toBe(3);
  });

  it('is pinged in its network alone, and tried beyond it only behind the router', async () => {
    start();
    watches.ask([ofPeer, ofLan, { ...ofLan, port: undefined }]);
    await eventually(() => runs.length >= 3, { every: 1 });
    expect(runs.slice(0, 3)).toMatchObject([
      { target: { kind: 'ping', host: '10.99.0.5', count: 1 }, mayLeaveNetworks: false },
      { target: { kind: 'tcp', host: '192.168.10.20', port: 80 }, mayLeaveNetworks: true },
      { target: { kind: 'ping', host: '192.168.10.20', count: 1 }, mayLeaveNetworks: true },
    ]);
  });

  it.each<[string, Question, ProbeResult, boolean | undefined]>([
    ['a ping without an answer', ofPeer, end('timed-out', { ping: ping(0) }), false],
    ['a ping that was never sent', ofPeer, end('timed-out'), undefined],
    ['a node without a way into the network', ofPeer, end('no-route'), undefined],
    ['a missing program', ofPeer, end('probe-tool-missing'), undefined],
    ['a LAN that a router cannot reach', ofLan, end('no-route'), false],
    ['a port that is closed', ofLan, end('connection-refused'), false],
    ['a connection that takes too long', ofLan, end('timed-out'), false],
    ['a namespace that is gone', ofLan, end('probe-failed'), undefined],
  ])('is judged by three of these: %s', async (_title, question, result, expected) => {
    start();
    watches.ask([question]);
    await eventually(() => answers()[0] === true, { every: 1 });
    reply = () => result;
    await eventually(() => answers()[0] !== true, { every: 1 });
    expect(answers()).toEqual([expected]);
  });

  it('is nothing while its node cannot be entered, which is tried again', async () => {
    let tries = 0;
    start((which) => {
      tries += 1;
      if (tries < 5) return Promise.reject(new Error('not running'));
      opened.push(which);
      return Promise.resolve(() => Promise.resolve(REACHED));
    });
    watches.ask([ofPeer]);
    await eventually(() => answers()[0] === true, { every: 1 });
    expect([tries, opened]).toEqual([5, [node]]);
  });

  it('begins anew with another start of the container or another address, and goes on otherwise', async () => {
    start();
    watches.ask([ofPeer, ofLan]);
    await eventually(() => !answers().includes(undefined), { every: 1 });
    watches.ask([{ ...ofPeer, address: '10.99.0.6' }, ofLan]);
    expect(answers().sort()).toEqual([true, undefined]);
    await eventually(() => !answers().includes(undefined), { every: 1 });
    watches.ask([{ ...ofPeer, address: '10.99.0.6', run: 'second' }]);
    expect(answers()).toEqual([undefined]);
  });

  it('is asked no more when it is not wanted, and a question on its way is given up', async () => {
    start();
    reply = ({ signal }) =>
      new Promise((resolve) => signal.addEventListener('abort', () => resolve(end('probe-failed')), { once: true }));
    watches.ask([ofPeer]);
    await eventually(() => runs.length === 1, { every: 1 });
    watches.ask([]);
    expect(watches.questions).toEqual([]);
    await watches.stop();
    expect([runs[0]?.signal.aborted, runs.length, told]).toEqual([true, 1, []]);
  });
});
