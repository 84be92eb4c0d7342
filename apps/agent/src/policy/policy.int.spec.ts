import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { PlanResult, type Call, type Item } from '@orrery/shared/contracts';
import { createLogger } from '@orrery/shared/runtime';
import { launch, membershipItem, NETWORK, route } from '../../../../test/support/agent/items.js';
import { ReconcilingHost } from '../../../../test/support/agent/reconciling-host.js';
import { eventually } from '../../../../test/support/eventually.js';
import { CallOperations } from '../calls/call-operations.js';
import { HostPolicy } from './host-policy.js';

const absent = <T extends Item>(item: T, revision: number): T => ({ ...item, intent: 'absent', revision });
const logger = createLogger('test', 'silent');

describe('a host with a policy', () => {
  let host: ReconcilingHost;
  let file: string;
  const write = async (text: string) => {
    await writeFile(`${file}.new`, text);
    await rename(`${file}.new`, file);
  };
  const last = (item: string, outcome: string) =>
    eventually(async () => (await host.outcomes(item)).at(-1) === outcome, { within: 15_000, what: outcome });
  const findings = () => Object.values(host.journal.memory.findings).map(({ finding }) => finding);
  const ask = (op: Call['op']) => {
    const { machine, reconciler } = host;
    const policy = new HostPolicy({ file, isNamed: false }, logger);
    const parts = {
      hostNode: host.hostNode,
      machine,
      reconciler,
      policy,
      desired: { items: { items: [] } } as never,
      probes: { begin: () => Promise.reject(new Error('none')) },
      doctor: { examine: () => Promise.resolve({ checkedAt: '2026-01-01T00:00:00.000Z', tookMs: 1, checks: [] }) },
    };
    return new CallOperations({ ...parts, credentials: { rotate: () => Promise.reject(new Error('none')) } }).run(op);
  };

  beforeEach(async () => {
    host = await ReconcilingHost.start();
    file = join(host.home, 'policy.yaml');
  });
  afterEach(() => host.stop());

  it('settles denied items with the rule and the line, and continues with the rest', async () => {
    await write('calls: [plan]\nimages: [zerotier/zerotier]\n');
    const evil = launch({ name: 'evil', image: 'evil.example/zerotier/zerotier:1' });
    const good = launch({ name: 'good' });
    const allowed = membershipItem({ node: host.hostNode, nodeKind: 'host' });
    await host.want(...evil.items, ...good.items, allowed);
    await last(evil.container.id, 'failed policy-denied');
    await last(evil.membership.id, 'failed policy-denied');
    for (const { id } of [...good.items, allowed]) await last(id, 'done');
    expect(host.containers.map(({ name }) => name)).toEqual(['good']);
    expect(host.machine.host.state.images).toEqual(['zerotier/zerotier:1.14.2']);
    const [settled] = (await host.ofType('item.settled')).filter(({ data }) => data.item === evil.container.id);
    expect(settled?.data.outcome).toMatchObject({
      cause: expect.stringContaining('(rule images)'),
      fix: expect.stringContaining(`${file}, line 2`),
    });
    await write('images: ["*"]');
    await last(evil.container.id, 'done');
  });

  it('leaves alone what existed before it was denied, reports it, and allows its removal', async () => {
    const { container, membership, items } = launch();
    const onHost = membershipItem({ node: host.hostNode, nodeKind: 'host' });
    await host.want(...items, onHost);
    for (const { id } of [...items, onHost]) await last(id, 'done');
    const before = structuredClone(host.containers[0]);
    await write(`images: []\nhostDaemon: false\n`);
    await last(container.id, 'failed policy-denied');
    await last(onHost.id, 'failed policy-denied');
    await eventually(() => findings().filter(({ code }) => code === 'policy-denied').length === 2);
    await host.want({ ...container, incarnation: 1, revision: 2 }, membership, onHost);
    await eventually(async () => (await host.outcomes(container.id)).length === 3, { within: 30_000 });
    expect((await host.outcomes(container.id)).at(-1)).toBe('failed policy-denied');
    expect(host.containers).toMatchObject([{ engineId: before?.engineId, state: 'running', incarnation: 0 }]);
    expect(Object.keys(host.machine.host.daemon(host.machine.host.state.host).memberships)).toEqual([NETWORK]);
    expect((await host.outcomes(membership.id)).slice(0, 1)).toEqual(['done']);
    await host.want(absent(container, 3), absent(membership, 3), absent(onHost, 3));
    for (const { id } of [...items, onHost])
      await eventually(async () => (await host.outcomes(id)).at(-1) === 'done', { within: 15_000 });
    await eventually(() => host.containers.length === 0, { within: 30_000 });
    await eventually(() => findings().length === 0);
  });

  it('recreates a container without a network that is denied by now', async () => {
    const { container, membership, items } = launch();
    await host.want(...items);
    for (const { id } of items) await last(id, 'done');
    await write(`networks: { deny: ["${NETWORK}"] }`);
    await last(membership.id, 'failed policy-denied');
    await host.want({ ...container, incarnation: 1, revision: 2 }, membership);
    await eventually(() => host.containers[0]?.incarnation === 1 && host.containers[0].state === 'running', {
      within: 15_000,
    });
    expect(Object.keys(host.containers[0]?.daemon.files ?? {}).filter((name) => name.includes(NETWORK))).toEqual([]);
  });

  it('allows nothing when the file cannot be used, reports it with a fix, and continues once the file is fixed', async () => {
    await write('image: [a]');
    const { container, items } = launch();
    await host.want(...items);
    await last(container.id, 'failed policy-denied');
    expect(host.containers).toEqual([]);
    await eventually(() => findings().some(({ code }) => code === 'policy-unreadable'), { within: 30_000 });
    await expect(ask({ op: 'doctor' })).resolves.toMatchObject({ result: 'problem', code: 'rejected' });
    await write('images: [zerotier/zerotier]');
    await last(container.id, 'done');
    await expect(ask({ op: 'doctor' })).resolves.toMatchObject({ result: 'ok' });
  });

  it('accepts nothing that a network pushes when it is denied, reports it, and accepts it once it is allowed', async () => {
    await write('routes: { allow: [10.200.0.0/16] }');
    const onHost = membershipItem({ node: host.hostNode, nodeKind: 'host' });
    await host.want(onHost);
    await last(onHost.id, 'failed policy-denied');
    const memberships = () => host.machine.host.daemon(host.machine.host.state.host).memberships;
    expect(memberships()[NETWORK]?.settings.allowManaged).toBe(false);
    const [settled] = await host.ofType('item.settled');
    expect(settled?.data.outcome).toMatchObject({ fix: expect.stringContaining(`${file}, line 1`) });
    await eventually(() => findings().some(({ code }) => code === 'routes-left-out'), { what: 'the findings' });
    await write('routes: { allow: [10.0.0.0/8] }');
    await last(onHost.id, 'done');
    await eventually(() => findings().length === 0, { what: 'the findings' });
  });

  it('opens a LAN only while the file lists it', async () => {
    const { container, router, items } = route();
    const shown = () => host.containers[0]?.router;
    await host.want(...items);
    await last(router.id, 'failed policy-denied');
    await last(container.id, 'done');
    expect(shown()).toBeUndefined();
    await write('routers: [192.168.0.0/16]');
    await last(router.id, 'done');
    expect(shown()).toEqual([{ network: NETWORK, prefixes: ['192.168.10.0/24'] }]);
    await write('routers: [10.0.0.0/8]');
    await last(router.id, 'failed policy-denied');
    await eventually(() => host.containers[0]?.state === 'running' && shown() === undefined, { what: 'a closed LAN' });
    const stages = (await host.ofType('item.progress')).filter(({ data }) => data.item === router.id);
    expect(stages.map(({ data }) => [data.stage, data.detail])).toEqual([['forwarding', '192.168.10.0/24']]);
  });

  it('closes what the file does not list any longer, and leaves the rest of a router open', async () => {
    await write('routers: [192.168.10.0/24, 192.168.11.0/24]');
    const { router, items } = route({ prefixes: ['192.168.10.0/24', '192.168.11.0/24'] });
    await host.want(...items);
    await last(router.id, 'done');
    const engineId = host.containers[0]?.engineId;
    await write('routers: [192.168.11.0/24]');
    await last(router.id, 'failed policy-denied');
    const open = () => JSON.stringify(host.containers[0]?.router?.map(({ prefixes }) => prefixes));
    await eventually(() => open() === '[["192.168.11.0/24"]]', { what: 'the rest' });
    expect(host.containers[0]?.engineId).toBe(engineId);
  });

  it('shows in a dry run what it would deny, and answers only the calls that it allows', async () => {
    await write('images: []\ncalls: [plan]\nhostDaemon: true\n');
    await eventually(() => host.reconciler.lastLook !== undefined);
    const onHost = membershipItem({ node: host.hostNode, nodeKind: 'host' });
    const reply = await ask({ op: 'plan', items: [...launch().items, onHost] });
    const { steps } = PlanResult.parse(reply.result === 'ok' && reply.value);
    expect(steps.map(({ step, target }) => [step, target])).toEqual([
      ['policy-denied', 'demo'],
      ['policy-denied', 'demo'],
      ['join-network', 'the host’s own node'],
    ]);
    expect(steps[0]?.detail).toContain('(rule images)');
    await expect(ask({ op: 'doctor' })).resolves.toMatchObject({
      result: 'problem',
      cause: expect.stringContaining('rule calls'),
    });
  });
});
