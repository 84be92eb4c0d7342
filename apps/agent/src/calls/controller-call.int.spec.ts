import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  CallReply,
  ControllerResult,
  NEW_NETWORK,
  type ContainerItem,
  type ControllerAsk,
  type NodeId,
} from '@orrery/shared/contracts';
import { createLogger, newId } from '@orrery/shared/runtime';
import { launch, membershipItem } from '../../../../test/support/agent/items.js';
import { ReconcilingHost } from '../../../../test/support/agent/reconciling-host.js';
import { eventually } from '../../../../test/support/eventually.js';
import { HostPolicy } from '../policy/host-policy.js';
import { CallOperations } from './call-operations.js';

const logger = createLogger('test', 'silent');
const CONFIG = {
  ...NEW_NETWORK,
  pools: [{ start: '10.9.0.10', end: '10.9.0.250' }],
  routes: [{ target: '10.9.0.0/24', via: null }],
};

describe('the controllers of a host', () => {
  let host: ReconcilingHost;
  let managed: ContainerItem[];
  let file: string;
  const write = async (text: string) => {
    await writeFile(`${file}.new`, text);
    await rename(`${file}.new`, file);
  };
  const call = async (node: NodeId, ask: ControllerAsk) => {
    const { hostNode, machine, reconciler } = host;
    const policy = new HostPolicy({ file, isNamed: false }, logger);
    const desired = { items: { items: managed } } as never;
    const credentials = { rotate: () => Promise.reject(new Error('none')) };
    const probes = { begin: () => Promise.reject(new Error('none')) };
    const doctor = { examine: () => Promise.reject(new Error('none')) };
    const parts = { hostNode, machine, reconciler, doctor, policy, desired, probes, credentials };
    return CallReply.parse(await new CallOperations(parts).run({ op: 'controller', node, ask }));
  };
  const asked = async (node: NodeId, ask: ControllerAsk) => {
    const reply = await call(node, ask);
    return ControllerResult.parse(reply.result === 'ok' ? reply.value : reply);
  };
  const addressOf = async (node: NodeId) => {
    const probed = await asked(node, { do: 'probe' });
    if (probed.result !== 'probed') throw new Error(JSON.stringify(probed));
    return probed.address;
  };

  beforeEach(async () => {
    host = await ReconcilingHost.start();
    file = join(host.home, 'policy.yaml');
    managed = [];
  });
  afterEach(() => host.stop());

  it('authorize a node before it has ever connected, and the node gets its address', async () => {
    const { container } = launch({ name: 'keeper' });
    await host.want(container);
    managed = [container];
    await eventually(async () => (await host.outcomes(container.id)).at(-1) === 'done', { within: 15_000 });
    const network = `${await addressOf(container.node)}000001`;
    const ask = (what: ControllerAsk) => asked(container.node, what);
    await expect(ask({ do: 'put-network', network, name: 'lab', config: CONFIG })).resolves.toMatchObject({
      network: { id: network, config: CONFIG },
    });
    const records = [{ address: await addressOf(host.hostNode), authorized: true, addresses: ['10.9.0.77'] }];
    await expect(ask({ do: 'put-records', network, records })).resolves.toMatchObject({ records });
    expect(await readFile(join(host.home, 'simulated.json'), 'utf8')).toContain('10.9.0.77');
    const item = membershipItem({ node: host.hostNode, nodeKind: 'host', network });
    await host.want(container, item);
    await eventually(async () => (await host.outcomes(item.id)).at(-1) === 'done', { within: 30_000 });
    const { memberships } = host.machine.host.daemon(host.machine.host.state.host);
    expect(memberships[network]?.config?.addresses).toEqual(['10.9.0.77/24']);
  }, 60_000);

  it('cannot be asked when their node is not running or is not ours', async () => {
    const { container } = launch();
    await expect(call(container.node, { do: 'probe' })).resolves.toMatchObject({ code: 'rejected' });
    managed = [container];
    await expect(asked(container.node, { do: 'probe' })).resolves.toMatchObject({
      ...{ result: 'trouble', code: 'controller-unreachable', cause: 'there is no container' },
    });
    await expect(call(newId('nod'), { do: 'probe' })).resolves.toMatchObject({ code: 'rejected' });
    await expect(asked(host.hostNode, { do: 'probe' })).resolves.toMatchObject({ result: 'probed', networks: [] });
  });

  it('refuse networks of another controller, and report what they do not have', async () => {
    const foreign = '1122334455000001';
    await expect(call(host.hostNode, { do: 'get-network', network: foreign })).resolves.toMatchObject({
      ...{ code: 'rejected', cause: expect.stringContaining('1122334455') },
    });
    const network = `${await addressOf(host.hostNode)}000001`;
    await expect(asked(host.hostNode, { do: 'get-network', network })).resolves.toMatchObject({
      ...{ result: 'trouble', code: 'unknown-network' },
    });
  });

  it('can be asked as far as the policy allows', async () => {
    const { hostNode } = host;
    const address = await addressOf(hostNode);
    const network = `${address}000001`;
    const put: ControllerAsk = { do: 'put-network', network, name: 'lab', config: CONFIG };
    const denied = (rule: string) => ({ code: 'rejected', cause: expect.stringContaining(`rule ${rule}`) });
    await write('calls: [plan, doctor]');
    await expect(call(hostNode, { do: 'probe' })).resolves.toMatchObject(denied('calls'));
    await write('hostDaemon: false');
    await expect(call(hostNode, { do: 'probe' })).resolves.toMatchObject(denied('hostDaemon'));
    await expect(call(hostNode, put)).resolves.toMatchObject(denied('hostDaemon'));
    await write(`hostDaemon: ['${address}0000ff']`);
    await expect(call(hostNode, { do: 'probe' })).resolves.toMatchObject({ result: 'ok' });
    await expect(call(hostNode, put)).resolves.toMatchObject(denied('hostDaemon'));
    await write(`hostDaemon: ['${address}*']`);
    await expect(call(hostNode, put)).resolves.toMatchObject({ result: 'ok' });
    await write('hostDaemon: true');
    await expect(call(hostNode, { do: 'get-network', network })).resolves.toMatchObject({ result: 'ok' });
  });

  it('in containers do not need permission for the daemon of the host', async () => {
    const { container } = launch({ name: 'keeper' });
    await host.want(container);
    managed = [container];
    await eventually(async () => (await host.outcomes(container.id)).at(-1) === 'done', { within: 15_000 });
    await write('hostDaemon: false');
    await expect(asked(container.node, { do: 'probe' })).resolves.toMatchObject({ result: 'probed' });
  });
});
