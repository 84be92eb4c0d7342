import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { MembershipSettings } from '@orrery/shared/contracts';
import { createLogger, newId } from '@orrery/shared/runtime';
import { execute, type Scope, type Step } from '@orrery/shared/machine';
import { launch, NETWORK, PRIVATE_NETWORK } from '../support/agent/items.js';
import { DEFAULT_IMAGE } from '../support/agent/steps.js';
import { temporaryFolder } from '../support/servers.js';
import { FileIdentityStore } from '../../apps/agent/src/identities/file-identity-store.js';
import { ControllerClient } from '../../apps/agent/src/zerotier/controller.client.js';
import { planToTheEnd } from '../../apps/agent/src/pure/plan/plan-predict.js';
import { addressOf } from '../../libs/simulator/src/simulated-host.js';
import { SimulatedMachine } from '../../libs/simulator/src/simulated-machine.js';
import type { SimulatedContainer } from '../../libs/simulator/src/simulated-state.js';

const hostNode = newId('nod');
const { container, membership, items } = launch();
const scope: Scope = { hostNode, containers: [{ item: container.id, node: container.node, name: container.name }] };
const signal = new AbortController().signal;
const minutes = (count: number) => count * 60_000;

describe('a simulated machine', () => {
  let home: string;
  let now: number;
  const open = async () =>
    SimulatedMachine.open({
      ...{ home, logger: createLogger('test', 'silent'), now: () => now, speed: 100, defaultImage: DEFAULT_IMAGE },
      identities: await FileIdentityStore.open(home),
      controllerOver: (way) => new ControllerClient(way),
    });
  const run = async (machine: SimulatedMachine, ...steps: Step[]) => {
    for (const step of steps) await execute(machine.executors, step, { signal, progress: () => undefined });
  };
  /** Follows the plan until nothing is left, and returns the observation of a minute later. */
  const converge = async (machine: SimulatedMachine, wanted = items) => {
    for (let round = 0; round < 5; round++) {
      const [observed, facts] = [await machine.observe(scope, signal), await machine.facts()];
      const steps = planToTheEnd(wanted, observed, facts);
      const next = steps.filter((step) => !('engineId' in step) || !step.engineId.startsWith('new-'));
      await run(machine, ...next);
    }
    now += minutes(1);
    return machine.observe(scope, signal);
  };
  const nodeOf = (state: Awaited<ReturnType<typeof converge>>, node = container.node) =>
    state.nodes.find((one) => one.node === node);

  beforeEach(async () => {
    home = await temporaryFolder('simulated');
    now = Date.parse('2026-05-01T10:00:00.000Z');
  });

  it('shows the same as the real one would: engine, container, daemon, membership and the view of the kernel', async () => {
    const state = await converge(await open());
    expect(state.containers).toMatchObject({ known: true, value: [{ name: 'demo', ours: true, state: 'running' }] });
    expect(nodeOf(state)).toMatchObject({
      daemon: { known: true, value: { online: true, version: '1.14.1' } },
      memberships: { value: [{ network: NETWORK, status: 'OK', device: 'ztmjfmfyq5', type: 'PUBLIC' }] },
      interfaces: {
        value: [{ device: 'ztmjfmfyq5', up: true, addresses: [expect.stringMatching(/^10\.0\.1\.\d+\/24$/)] }],
      },
    });
    expect(nodeOf(state, hostNode)).toMatchObject({ kind: 'host', memberships: { known: true, value: [] } });
  });

  it('is the same after a restart of its agent, and its containers never stopped', async () => {
    const before = await converge(await open());
    const after = await (await open()).observe(scope, signal);
    expect(after.containers).toEqual(before.containers);
    const [was, is] = [nodeOf(before), nodeOf(after)];
    expect(is?.memberships).toEqual(was?.memberships);
    expect(is?.interfaces).toEqual(was?.interfaces);
  });

  it('does not treat a container that no item names as ours', async () => {
    const machine = await open();
    await converge(machine);
    const state = await machine.observe({ hostNode, containers: [] }, signal);
    expect(state.containers).toMatchObject({ value: [{ name: 'demo', ours: false }] });
    expect(nodeOf(state)).toBeUndefined();
  });

  it('admits nodes to a private network by a file in its folder', async () => {
    const machine = await open();
    const secluded = [container, { ...membership, network: PRIVATE_NETWORK }];
    const status = async () => nodeOf(await converge(machine, secluded))?.memberships;
    expect(await status()).toMatchObject({ value: [{ status: 'ACCESS_DENIED', addresses: [] }] });
    await mkdir(join(home, 'authorized'));
    const file = join(home, 'authorized', `${PRIVATE_NETWORK}-${'0'.repeat(10)}`);
    await writeFile(file, '');
    expect(await status()).toMatchObject({ value: [{ status: 'ACCESS_DENIED' }] });
    await rm(file);
    await writeFile(join(home, 'authorized', PRIVATE_NETWORK), '');
    await status();
    expect(await status()).toMatchObject({ value: [{ status: 'OK' }] });
  });

  it('keeps a list of prefixes until the settings change', async () => {
    const machine = await open();
    await converge(machine);
    const about = { node: container.node, item: membership.id, nodeKind: 'container', network: NETWORK } as const;
    const configure = (allowManaged: boolean | string[]): Step => ({
      ...{ ...about, step: 'configure-network' },
      settings: MembershipSettings.parse({ allowManaged }),
    });
    const managed = async () => nodeOf(await machine.observe(scope, signal))?.memberships;
    await run(machine, configure(['192.168.0.0/16']));
    expect(await managed()).toMatchObject({ value: [{ allowManaged: true, allowManagedList: ['192.168.0.0/16'] }] });
    expect(nodeOf(await machine.observe(scope, signal))?.interfaces).toMatchObject({ value: [{ addresses: [] }] });
    await run(machine, configure(true));
    expect(await managed()).toMatchObject({ value: [{ allowManaged: true, allowManagedList: null }] });
  });

  it('keeps the networks on the controller of a container exactly as long as the container', async () => {
    let machine = await open();
    await converge(machine);
    const only = () => machine.host.state.containers[0] as SimulatedContainer;
    const daemon = () => only().daemon;
    const ask = (method: string, path: string): unknown => {
      const request = { method, path, headers: { 'x-zt1-auth': daemon().token }, body: '{}' };
      return JSON.parse(machine.host.world.handle(addressOf(daemon()), request)?.body || 'null');
    };
    const { id } = ask('POST', `/controller/network/${addressOf(daemon())}______`) as { id: string };
    const kept = () => ask('GET', '/controller/network');
    machine.host.stopDaemon(daemon());
    machine.host.startDaemon(daemon());
    expect(kept()).toEqual([id]);
    await machine.close();
    machine = await open();
    expect(kept()).toEqual([id]);
    const { engineId, item, node, name } = only();
    await run(machine, { node, item, step: 'remove-container', engineId, name });
    await converge(machine);
    expect(addressOf(daemon())).toBe(id.slice(0, 10));
    expect(kept()).toEqual([]);
  });

  it.each([
    ['image-absent', 'lab/absent:1'],
    ['pull-refused', 'lab/refused:1'],
  ])('has an image that shows %s', async (code, image) => {
    const step: Step = { node: container.node, item: container.id, step: 'pull-image', image };
    await expect(run(await open(), step)).rejects.toMatchObject({ code });
    await expect(run(await open(), { ...step, image: 'lab/fine:1' })).resolves.toBeUndefined();
  });
});
