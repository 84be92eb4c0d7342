import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { MembershipSettings, type Item, type NetworkId, type Outcome } from '@orrery/shared/contracts';
import { createLogger } from '@orrery/shared/runtime';
import { assess } from '../../apps/agent/src/pure/assess/assess.js';
import { allowedItems, denialsOf } from '../../apps/agent/src/pure/policy/denials.js';
import { Policy, type HeldPolicy } from '../../apps/agent/src/pure/policy/policy.js';
import { obstacleOf, routersOf } from '../../apps/agent/src/pure/router/routers.js';
import { questionsOf, withAnswers } from '../../apps/agent/src/pure/router/watching.js';
import { diff } from '../../apps/agent/src/pure/diff/diff.js';
import { plan } from '../../apps/agent/src/pure/plan/plan.js';
import { RouterWatches } from '../../apps/agent/src/reconciler/router-watches.js';
import { route } from '../support/agent/items.js';
import { eventually } from '../support/eventually.js';
import { findLabEngine } from '../support/zerotier/lab-engine.js';
import type { LabNode } from '../support/zerotier/lab-world.js';
import { Lan } from './machine/lan.js';
import { MachineLab } from './machine/machine-lab.js';

jest.setTimeout(90_000);
const run = promisify(execFile);
const engine = await findLabEngine();
const [NAMED, BESIDE] = ['192.168.213', '192.168.214'];
const PREFIX = `${NAMED}.0/24`;
const POOL = '10.95.0';
const OPEN = { routers: [PREFIX] };

const held = (rules: object): HeldPolicy => ({
  ...{ result: 'held', file: 'policy.yaml', isWritten: true, lines: new Map() },
  policy: Policy.parse(rules),
});

(engine ? describe : describe.skip)('a router, carried out on the real machine', () => {
  let lab: MachineLab;
  let lan: Lan;
  let network: NetworkId;
  let client: LabNode;
  const bridge = `orrery-test-${randomBytes(4).toString('hex')}`;
  const networks = [bridge, `${bridge}-shut`, `${bridge}-bare`];
  const { container, membership, router } = route({ prefixes: [PREFIX] });
  let items: Item[];

  beforeAll(async () => {
    if (!engine) return;
    const create = (Name: string, more: object = {}) =>
      engine.docker.createNetwork({ Name, Labels: { 'io.orrery.network': 'true' }, ...more });
    await create(bridge);
    [lab, lan] = await Promise.all([MachineLab.open(engine, { on: bridge }), Lan.open(NAMED, BESIDE)]);
    network = await lab.network(POOL, { routes: [{ target: `${POOL}.0/24` }] });
    client = await lab.world.startMember('client', { networks: [network] });
    await admit(client.identity.address);
    const name = `${bridge.slice(-8)}-router`;
    items = [
      { ...container, name },
      // What the network announces is not for the router itself.
      { ...membership, network, settings: MembershipSettings.parse({ allowManaged: [`${POOL}.0/24`] }) },
      { ...router, network },
    ];
    lab.scope.containers.push({ item: container.id, node: container.node, name });
  });
  afterAll(async () => {
    await lab?.close();
    await lan?.close();
    for (const name of networks)
      await engine?.docker
        .getNetwork(name)
        .remove()
        .catch(() => undefined);
  });

  const controller = (path: string, body: object) => lab.controller.talk({ method: 'POST', path, body });
  const admit = (address: string) =>
    controller(`/controller/network/${network}/member/${address}`, { authorized: true });

  async function around(all: readonly Item[], rules: object) {
    const [observed, machine] = await Promise.all([lab.look(), lab.machine.facts(lab.scope)]);
    const denials = denialsOf(all, held(rules), { observed, ...machine });
    const allowed = allowedItems(all, denials);
    const facts = { ...machine, routers: routersOf(allowed, observed, machine) };
    return { observed, denials, allowed, facts };
  }
  const steps = async (all: readonly Item[], rules: object) => {
    const { allowed, observed, facts } = await around(all, rules);
    return plan(allowed, observed, facts);
  };
  async function settle(all: readonly Item[] = items, rules: object = OPEN): Promise<string[]> {
    const taken: string[] = [];
    await eventually(
      async () => {
        const next = await steps(all, rules);
        for (const step of next) {
          taken.push(step.step);
          await lab.do(step);
          if (step.step === 'mint-identity') await lab.authorize(network, step.node);
        }
        return next.length === 0;
      },
      { within: 30_000, every: 50, what: 'an empty plan' },
    );
    return taken;
  }
  async function outcome(item: Item, all: readonly Item[] = items, rules: object = OPEN): Promise<Outcome | undefined> {
    const { observed, facts, denials } = await around(all, rules);
    const more = { lastError: () => undefined, isChanging: () => false };
    return assess(item, { items: all, observed, facts, denials, ...more })?.outcome;
  }
  const settled = (item: Item, kind: string, ...more: [all?: readonly Item[], rules?: object]) =>
    eventually(async () => (await outcome(item, ...more))?.kind === kind, { what: `${item.kind} ${kind}` });
  const engineId = async () => (await lab.containerOf({ item: container.id }))[0]?.engineId ?? '';
  const inspected = async () => (await lab.world.docker.getContainer(await engineId()).inspect()).HostConfig;
  const sysctls = async () => (await inspected()).Sysctls ?? {};
  const inRouter = async (script: string) => {
    const { State } = await lab.world.docker.getContainer(await engineId()).inspect();
    return (await run('nsenter', [`--net=/proc/${State.Pid}/ns/net`, '--', 'sh', '-ec', script])).stdout;
  };
  /** What a client of the network gets from an address in the LAN: the number of bytes, or undefined. */
  async function fetched(address: string, path = '/'): Promise<number | undefined> {
    const { State } = await client.container.inspect();
    const curl = [
      'curl',
      '-sS',
      '-o',
      '/dev/null',
      '-w',
      '%{size_download}',
      '--connect-timeout',
      '1',
      '--max-time',
      '20',
    ];
    const asked = run('nsenter', [`--net=/proc/${State.Pid}/ns/net`, '--', ...curl, `http://${address}${path}`]);
    return asked.then(
      ({ stdout }) => Number(stdout),
      () => undefined,
    );
  }
  const announced = async () => {
    const address = (await lab.addressOf(container)).split('/')[0];
    const via = (target: string) => ({ target, via: address });
    await controller(`/controller/network/${network}`, {
      routes: [{ target: `${POOL}.0/24` }, via(PREFIX), via(`${BESIDE}.0/24`)],
    });
  };

  it('is refused by the policy of its host, and then is an ordinary container', async () => {
    expect(await settle(items, {})).toEqual(['mint-identity', 'create-container', 'start-container']);
    expect(await outcome(router, items, {})).toMatchObject({
      ...{ kind: 'failed', code: 'policy-denied', cause: expect.stringContaining('rule routers') },
    });
    expect(await sysctls()).toEqual({ 'net.ipv4.ip_forward': '0' });
    expect(await inRouter('cat /proc/sys/net/ipv4/ip_forward')).toBe('0\n');
    expect(await inRouter('nft list tables')).not.toContain('orrery');
  });

  it('is recreated with exactly one sysctl where the policy allows it, and its node stays the same', async () => {
    const before = await lab.addressOf(container);
    expect(await settle()).toEqual(['remove-container', 'create-container', 'start-container']);
    await settled(items[2] as Item, 'done');
    expect(await lab.addressOf(container)).toBe(before);
    expect(await sysctls()).toEqual({ 'net.ipv4.ip_forward': '1' });
    expect((await inspected()).RestartPolicy).toMatchObject({ Name: 'no' });
    expect((await run('nft', ['list', 'tables'])).stdout).not.toContain('orrery');
  });

  it('carries the named prefix into its network under the address of the host, and nothing beside it', async () => {
    await announced();
    await eventually(() => fetched(`${NAMED}.20`), { within: 20_000, what: 'an answer from the LAN' });
    expect(await lan.lastAsked()).toBe(`${NAMED}.1`);
    expect(await fetched(`${BESIDE}.20`)).toBeUndefined();
    expect(await fetched(`${NAMED}.20`, '/large')).toBe(20_000_000);
  });

  it('is not started by the engine without its rules, and has them from its start', async () => {
    await lab.world.docker.getContainer(await engineId()).kill({ signal: 'SIGKILL' });
    const exited = async () => (await lab.containerOf({ item: container.id }))[0]?.state === 'exited';
    await eventually(exited, { what: 'the end of the container' });
    expect(await settle()).toEqual(['start-container']);
    await settled(items[2] as Item, 'done');
    await eventually(() => fetched(`${NAMED}.20`), { within: 20_000, what: 'an answer from the LAN' });
  });

  it('gets its rules again when somebody takes them away', async () => {
    await inRouter('nft delete table ip orrery');
    await eventually(async () => (await steps(items, OPEN)).length > 0, { what: 'a plan' });
    expect(await outcome(items[2] as Item)).toBeUndefined();
    expect(await settle()).toEqual(['configure-router']);
    await settled(items[2] as Item, 'done');
    expect(await fetched(`${BESIDE}.20`)).toBeUndefined();
  });

  it('reports within 10 s that the node which it watches no longer answers, while its LAN still does', async () => {
    const { State } = await client.container.inspect();
    const { stdout } = await run('nsenter', [`--net=/proc/${State.Pid}/ns/net`, '--', 'ip', '-4', '-o', 'address']);
    const address = new RegExp(`inet (${POOL}[.]\\d+)`).exec(stdout)?.[1] ?? '';
    const watching = items.map((item): Item =>
      item.kind === 'router' ? { ...item, watch: { address }, check: { address: `${NAMED}.20` } } : item,
    );
    expect(await steps(watching, OPEN)).toEqual([]);
    const changed = jest.fn();
    const watches = new RouterWatches({ machine: lab.machine, logger: createLogger('test', 'silent'), changed });
    const looked = async () => {
      const { allowed, observed } = await around(watching, OPEN);
      watches.ask(questionsOf(allowed, observed, watches.questions));
      const told = withAnswers(observed, watches.answers);
      const router = told.nodes.find(({ node }) => node === container.node)?.router;
      return { told, router: router?.known ? router.value : undefined };
    };
    try {
      await eventually(async () => {
        const { router } = await looked();
        return router?.peerAnswers && router.lanAnswers;
      });
      const before = await looked();
      await client.container.pause();
      changed.mockClear();
      await eventually(() => changed.mock.calls.length > 0, { within: 10_000, what: 'the watched node silent' });
      const after = await looked();
      expect(diff(before.told, after.told)).toContainEqual({
        type: 'router.changed',
        data: { node: container.node, after: { ...before.router, peerAnswers: false } },
      });
      expect(after.router).toMatchObject({ lanAnswers: true });
    } finally {
      await watches.stop();
      await client.container.unpause();
    }
  });

  it('is closed when the policy does not list its prefix any longer', async () => {
    expect((await settle(items, {})).at(0)).toBe('configure-router');
    expect(await sysctls()).toEqual({ 'net.ipv4.ip_forward': '0' });
    await lab.addressOf(container);
    expect(await fetched(`${NAMED}.20`)).toBeUndefined();
  });

  it('is gone when it is to be removed, and its container stays', async () => {
    await settle();
    await settled(items[2] as Item, 'done');
    const without = items.map((item): Item => (item.kind === 'router' ? { ...item, intent: 'absent' } : item));
    expect(await settle(without)).toEqual([
      ...['configure-router', 'remove-container', 'create-container', 'start-container'],
    ]);
    expect(await outcome(without[2] as Item, without)).toMatchObject({ kind: 'done' });
    await settled(items[1] as Item, 'done', without);
  });

  it('finds out what keeps a host from it', async () => {
    const labels = { Labels: { 'io.orrery.network': 'true' } };
    const bare = { 'com.docker.network.bridge.enable_ip_masquerade': 'false' };
    await lab.world.docker.createNetwork({ Name: networks[1] ?? '', Internal: true, ...labels });
    await lab.world.docker.createNetwork({ Name: networks[2] ?? '', Options: bare, ...labels });
    const obstacle = async (dockerNetwork: string, prefixes = [PREFIX]) => {
      const found = obstacleOf({ prefixes }, await lab.another({ dockerNetwork }).facts(lab.scope));
      return found && [found.code, found.cause];
    };
    expect(await obstacle(bridge)).toBeUndefined();
    expect(await obstacle(networks[1] ?? '')).toEqual(['no-masquerade', expect.stringContaining('internal')]);
    expect(await obstacle(networks[2] ?? '')).toEqual(['no-masquerade', expect.stringContaining('masquerade=false')]);
    const { IPAM } = (await lab.world.docker.getNetwork(bridge).inspect()) as {
      IPAM: { Config: { Subnet: string }[] };
    };
    const own = IPAM.Config[0]?.Subnet ?? '';
    expect(await obstacle(bridge, [own])).toEqual(['lan-not-reached', expect.stringContaining(own)]);
  });
});
