import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { CallReply, type Call, type ProbeResult, type ProbeTarget } from '@orrery/shared/contracts';
import { createLogger, newId } from '@orrery/shared/runtime';
import type { Machine, ProbeRun } from '@orrery/shared/machine';
import { ReconcilingHost } from '../../../../test/support/agent/reconciling-host.js';
import { eventually } from '../../../../test/support/eventually.js';
import { CallOperations } from '../calls/call-operations.js';
import { HostPolicy } from '../policy/host-policy.js';
import { Probes } from './probes.js';

const logger = createLogger('test', 'silent');
const RESULT: ProbeResult = { code: 'reached', cause: 'it answered', fix: '', address: '10.1.2.3', ms: 5 };

describe('a probe requested from an agent', () => {
  let host: ReconcilingHost;
  let probes: Probes;
  /** The running probes, and how to end each. */
  let running: { run: ProbeRun; end: () => void }[];
  const policy = (text: string) => writeFile(join(host.home, 'policy.yaml'), text);
  const ask = async (node = host.hostNode, target: ProbeTarget = { kind: 'ping', host: '10.1.2.3', count: 2 }) => {
    const op: Call['op'] = { op: 'probe', probe: newId('prb'), node, target, timeoutSeconds: 5 };
    const { hostNode, machine, reconciler, journal } = host;
    const held = new HostPolicy({ file: join(host.home, 'policy.yaml'), isNamed: false }, logger);
    const parts = { hostNode, machine, reconciler, journal, probes, policy: held, desired: { items: { items: [] } } };
    const operations = new CallOperations({
      ...parts,
      credentials: { rotate: () => Promise.reject(new Error()) },
    } as never);
    return { probe: op.probe, reply: CallReply.parse(await operations.run(op)) };
  };
  const lines = () => host.ofType('probe.progress');
  const ends = () => host.ofType('probe.finished');

  beforeEach(async () => {
    host = await ReconcilingHost.start();
    running = [];
    const prober: Machine['prober'] = () =>
      Promise.resolve(
        (run) =>
          new Promise((resolve) => {
            running.push({ run, end: () => resolve(RESULT) });
            run.signal.addEventListener('abort', () => resolve({ ...RESULT, code: 'probe-failed' }), { once: true });
          }),
      );
    probes = new Probes({ machine: { prober }, journal: host.journal, logger });
  });
  afterEach(async () => {
    await probes.stop();
    await host.stop();
  });

  it('is answered once it has begun; each line and the end are facts, in order', async () => {
    const { probe, reply } = await ask();
    expect(reply).toEqual({ result: 'ok', value: { probe } });
    running[0]?.run.tell('seq 1  0.4 ms');
    running[0]?.run.tell('seq 2  0.5 ms');
    running[0]?.end();
    const end = await eventually(async () => (await ends())[0]);
    expect(end.data).toEqual({ probe, node: host.hostNode, target: '10.1.2.3', result: RESULT });
    expect((await lines()).map(({ data }) => data.detail)).toEqual(['seq 1  0.4 ms', 'seq 2  0.5 ms']);
    expect((await lines()).every(({ seq }) => seq < end.seq)).toBe(true);
  });

  it('runs beside one other of its node; a third begins when one has ended', async () => {
    await ask();
    await ask();
    expect((await ask()).reply).toMatchObject({
      result: 'problem',
      cause: expect.stringContaining('as many probes as allowed'),
    });
    running[0]?.end();
    await eventually(async () => (await ends()).length === 1);
    expect((await ask()).reply).toMatchObject({ result: 'ok' });
  });

  it('obeys the policy of the host: by default it stays within the networks of the node', async () => {
    await ask();
    expect(running.at(-1)?.run.mayLeaveNetworks).toBe(false);
    await policy('probes: true\n');
    await ask();
    expect(running.at(-1)?.run.mayLeaveNetworks).toBe(true);
    await policy('probes: false\n');
    expect((await ask()).reply).toMatchObject({ code: 'rejected', cause: expect.stringContaining('rule probes') });
    await policy('calls: [doctor]\n');
    expect((await ask()).reply).toMatchObject({ code: 'rejected', cause: expect.stringContaining('rule calls') });
    expect(running).toHaveLength(2);
  });

  it('starts only from nodes that Orrery manages here, and ends with the agent', async () => {
    expect((await ask(newId('nod'))).reply).toMatchObject({ result: 'problem', code: 'rejected' });
    await ask();
    await probes.stop();
    expect((await ends()).map(({ data }) => data)).toMatchObject([{ result: { code: 'probe-failed' } }]);
  });
});
