import { execFile } from 'node:child_process';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { interfaceName, type NetworkId, type NodeId } from '@orrery/shared/contracts';
import type { ContainerBlueprint, Machine } from '@orrery/shared/machine';
import { eventually } from '../support/eventually.js';
import { findLabEngine } from '../support/zerotier/lab-engine.js';
import { MachineLab } from './machine/machine-lab.js';

jest.setTimeout(120_000);
const engine = await findLabEngine();
const run = promisify(execFile);

(engine ? describe : describe.skip)('the kernel of a node that has been running for a while', () => {
  let lab: MachineLab;
  let network: NetworkId;
  let seen: ContainerBlueprint;
  let engineId: string;
  let pid: number;
  /** It did not start the container: whatever it hears comes from what it found running. */
  let machine: Machine;
  const hints: (NodeId | undefined)[] = [];
  const stop = new AbortController();

  beforeAll(async () => {
    if (!engine) return;
    lab = await MachineLab.open(engine);
    network = await lab.network('10.92.0');
    seen = lab.blueprint('followed', [network]);
    engineId = await lab.launch(seen, [network]);
    await lab.addressOf(seen);
    pid = (await lab.world.docker.getContainer(engineId).inspect()).State.Pid;
    machine = lab.another();
    machine.watch((node) => hints.push(node), stop.signal);
    await lab.look(machine);
    await eventually(() => machine.hintsAtAll, { within: 20_000, what: 'all being followed' });
  });
  afterAll(async () => {
    stop.abort();
    await lab?.close();
  });

  const inside = (...command: string[]) => run('nsenter', [`--net=/proc/${pid}/ns/net`, '--', ...command]);
  const shown = async () => {
    const { interfaces } = await lab.nodeOf(seen, machine);
    return interfaces.known ? interfaces.value.flatMap(({ addresses, mtu }) => [...addresses, mtu]) : [];
  };

  it('hints at once when an address, or anything else of a device, comes or goes, and shows it', async () => {
    const device = interfaceName(network);
    await eventually(async () => (await shown()).length === 2, { what: 'what there is' });
    const before = await shown();
    const changes = [
      { command: ['addr', 'add', '10.92.7.7/32', 'dev', device], after: [...before, '10.92.7.7/32'] },
      { command: ['addr', 'del', '10.92.7.7/32', 'dev', device], after: before },
      { command: ['link', 'set', device, 'mtu', '1400'], after: [before[0], 1_400] },
    ];
    for (const { command, after } of changes) {
      hints.length = 0;
      await inside('ip', ...command);
      await eventually(() => hints.includes(seen.node), { every: 10, what: `a hint after ip ${command.join(' ')}` });
      expect((await shown()).map(String).sort()).toEqual(after.map(String).sort());
    }
  });

  it('is followed in its new namespace after the container was restarted, as all are when their engine was', async () => {
    await lab.world.docker.getContainer(engineId).restart({ t: 1 });
    const former = pid;
    pid = (await lab.world.docker.getContainer(engineId).inspect()).State.Pid;
    expect(pid).not.toBe(former);
    const device = interfaceName(network);
    await eventually(async () => (await shown()).length === 2, { within: 20_000, what: 'its address again' });
    await eventually(() => machine.hintsAtAll, { within: 20_000, what: 'all being followed' });
    hints.length = 0;
    await inside('ip', 'addr', 'add', '10.92.8.8/32', 'dev', device);
    await eventually(() => hints.includes(seen.node), { every: 10, what: 'a hint out of the new namespace' });
    expect(await shown()).toContain('10.92.8.8/32');
  });

  it('is released when the container ends: nothing of the agent stays in its namespace', async () => {
    const namespace = readlinkSync(`/proc/${pid}/ns/net`);
    expect(toolsIn(namespace)).toEqual(expect.arrayContaining(['ip', 'sh']));
    await lab.world.docker.getContainer(engineId).stop({ t: 1 });
    const isLetGo = async () => {
      await Promise.all([lab.look(machine), lab.look()]);
      return toolsIn(namespace).length === 0;
    };
    await eventually(isLetGo, { within: 20_000, what: 'an empty namespace' });
  });
});

/** Names of the programs in a network namespace. */
const toolsIn = (namespace: string): string[] =>
  readdirSync('/proc').flatMap((pid) => {
    try {
      if (!/^\d+$/.test(pid) || readlinkSync(`/proc/${pid}/ns/net`) !== namespace) return [];
      return [readFileSync(`/proc/${pid}/comm`, 'utf8').trim()];
    } catch {
      return [];
    }
  });
