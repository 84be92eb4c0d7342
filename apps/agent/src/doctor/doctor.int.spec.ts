import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { DoctorResult, type CallReply } from '@orrery/shared/contracts';
import { createLogger, steadyNow } from '@orrery/shared/runtime';
import { ReconcilingHost } from '../../../../test/support/agent/reconciling-host.js';
import { eventually } from '../../../../test/support/eventually.js';
import { CallOperations, type CallOperationsParts } from '../calls/call-operations.js';
import { Policy } from '../pure/policy/policy.js';
import { Doctor } from './doctor.js';

const logger = createLogger('test', 'silent');

describe('the call doctor', () => {
  let host: ReconcilingHost;
  let doctor: Doctor;
  let operations: CallOperations;
  let room: number;
  let looks: number;
  let laterMs: number;

  beforeEach(async () => {
    host = await ReconcilingHost.start();
    [room, looks, laterMs] = [40e9, 0, 0];
    const { machine, reconciler, hostNode } = host;
    doctor = new Doctor({
      ...{ hostNode, machine, logger },
      items: () => [],
      room: () => {
        looks += 1;
        return Promise.resolve(room);
      },
      uplinkDrops: () => 0,
      changed: () => reconciler.wake(),
      now: () => steadyNow() + laterMs,
    });
    reconciler.doctor = () => doctor.standing;
    const policy = { refresh: () => Promise.resolve({ result: 'held', policy: Policy.parse({}) }) };
    operations = new CallOperations({
      hostNode,
      machine,
      reconciler,
      doctor,
      policy,
    } as unknown as CallOperationsParts);
  });
  afterEach(async () => {
    await doctor.stop();
    await host.stop();
  });

  const ask = () => {
    laterMs += 2_000;
    return operations.run({ op: 'doctor' });
  };
  const valueOf = (reply: CallReply) => DoctorResult.parse(reply.result === 'ok' ? reply.value : reply);
  const codes = () => Object.values(host.journal.memory.findings).map(({ finding }) => finding.code);

  it('looks anew, and what it finds is a finding until it is gone', async () => {
    expect(valueOf(await ask()).checks.every(({ result }) => result === 'fine')).toBe(true);
    room = 3e6;
    expect(valueOf(await ask()).checks[0]).toMatchObject({ code: 'journal-disk-low', result: 'found' });
    await eventually(() => codes().includes('journal-disk-low'), { within: 5_000, what: 'the finding' });
    room = 40e9;
    expect(valueOf(await ask()).checks[0]).toMatchObject({ result: 'fine' });
    await eventually(() => codes().length === 0, { within: 5_000, what: 'the finding being cleared' });
    const told = [...(await host.ofType('finding.raised')), ...(await host.ofType('finding.cleared'))];
    expect(told).toHaveLength(2);
  });

  it('is one look for all who ask at once, and for a thousand in a row', async () => {
    const [first, second] = await Promise.all([operations.run({ op: 'doctor' }), operations.run({ op: 'doctor' })]);
    expect([valueOf(first), looks]).toEqual([valueOf(second), 1]);
    const begun = performance.now();
    for (let n = 0; n < 1_000; n++) await operations.run({ op: 'doctor' });
    expect(looks).toBeLessThanOrEqual(2 + Math.ceil((performance.now() - begun) / 1_000));
  });
});
