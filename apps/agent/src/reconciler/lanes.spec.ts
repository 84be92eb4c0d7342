import { describe, expect, it } from '@jest/globals';
import type { NodeId } from '@orrery/shared/contracts';
import { createLogger, newId } from '@orrery/shared/runtime';
import { StepError, type Executors, type Step } from '@orrery/shared/machine';
import { eventually } from '../../../../test/support/eventually.js';
import { Lanes } from './lanes.js';

/** A machine whose steps end when the test ends them. */
function setup({ isWanted = () => true }: { isWanted?: (step: Step) => boolean } = {}) {
  const running: { step: Step; end: (error?: Error) => void }[] = [];
  const log: string[] = [];
  const executor = (step: Step) =>
    new Promise<void>((resolve, reject) => {
      const one = {
        step,
        end: (error?: Error) => {
          running.splice(running.indexOf(one), 1);
          if (error) reject(error);
          else resolve();
        },
      };
      running.push(one);
    });
  const executors = new Proxy({}, { get: () => executor }) as Executors;
  const stop = new AbortController();
  const lanes = new Lanes(
    executors,
    {
      isWanted,
      started: (step) => log.push(`started ${step.step}`),
      progress: (_step, stage) => log.push(`stage ${stage}`),
      worked: (step) => log.push(`worked ${step.step}`),
      failed: (step, { code }) => log.push(`failed ${step.step} ${code}`),
      freed: () => log.push('freed'),
    },
    createLogger('test', 'silent'),
    stop.signal,
  );
  return { lanes, running, log, stop };
}

const of = (node: NodeId, ...names: ('pull-image' | 'mint-identity')[]): Step[] =>
  names.map((step) => ({ node, item: newId('itm'), step, image: 'x' }));
const leaving = (node: NodeId, ...networks: string[]): Step[] =>
  networks.map((network) => ({ node, item: newId('itm'), step: 'leave-network', nodeKind: 'host', network }));

describe('Lanes', () => {
  it('runs the steps of one node one after another', async () => {
    const { lanes, running, log } = setup();
    expect(lanes.start(newId('nod'), of(newId('nod'), 'pull-image', 'mint-identity'))).toBe(true);
    await eventually(() => running.length === 1);
    running[0]?.end();
    await eventually(() => running[0]?.step.step === 'mint-identity');
    expect(running).toHaveLength(1);
    running[0]?.end();
    await lanes.idle();
    expect(log).toEqual([
      ...['started pull-image', 'worked pull-image'],
      ...['started mint-identity', 'stage identity', 'worked mint-identity', 'freed'],
    ]);
  });

  it('never has two runs in one lane', async () => {
    const { lanes, running } = setup();
    const node = newId('nod');
    expect(lanes.start(node, of(node, 'pull-image'))).toBe(true);
    expect(lanes.start(node, of(node, 'pull-image'))).toBe(false);
    await eventually(() => running.length === 1);
    running[0]?.end();
    await lanes.idle();
    expect(lanes.start(node, of(node, 'pull-image'))).toBe(true);
    await eventually(() => running.length === 1);
    running[0]?.end();
  });

  it('runs four lanes at once, and no fifth before one is free', async () => {
    const { lanes, running } = setup();
    const nodes = Array.from({ length: 5 }, () => newId('nod'));
    expect(nodes.map((node) => lanes.start(node, of(node, 'pull-image')))).toEqual([true, true, true, true, false]);
    await eventually(() => running.length === 4);
    running[0]?.end();
    await eventually(() => lanes.busy === 3);
    expect(lanes.start(nodes[4] as NodeId, of(nodes[4] as NodeId, 'pull-image'))).toBe(true);
    await eventually(() => running.length === 4);
    for (const one of [...running]) one.end();
    await lanes.idle();
  });

  it('ends a run when a step fails, but continues with other networks', async () => {
    const { lanes, running, log } = setup();
    const node = newId('nod');
    lanes.start(node, of(node, 'pull-image', 'mint-identity'));
    await eventually(() => running.length === 1);
    running[0]?.end(new StepError({ code: 'pull-refused', cause: 'no', fix: '' }));
    await lanes.idle();
    lanes.start(node, leaving(node, '8056c2e21c000001', '8056c2e21c000002'));
    await eventually(() => running.length === 1);
    running[0]?.end(new Error('strange'));
    await eventually(() => running.length === 1);
    running[0]?.end();
    await lanes.idle();
    expect(log.filter((line) => /failed|worked/.test(line))).toEqual([
      ...['failed pull-image pull-refused', 'failed leave-network unexpected', 'worked leave-network'],
    ]);
  });

  it('does not begin a step that is no longer desired', async () => {
    let wanted = true;
    const { lanes, running, log } = setup({ isWanted: () => wanted });
    const node = newId('nod');
    lanes.start(node, of(node, 'pull-image', 'mint-identity'));
    await eventually(() => running.length === 1);
    wanted = false;
    running[0]?.end();
    await lanes.idle();
    expect(log).toEqual(['started pull-image', 'worked pull-image', 'freed']);
  });

  it('begins nothing when it has been stopped', () => {
    const { lanes, stop } = setup();
    stop.abort(new Error('stop'));
    expect(lanes.start(newId('nod'), of(newId('nod'), 'pull-image'))).toBe(false);
  });
});
