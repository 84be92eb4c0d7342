import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { MembershipSettings, type Item } from '@orrery/shared/contracts';
import { launch, membershipItem, NETWORK, PRIVATE_NETWORK } from '../../../../test/support/agent/items.js';
import { ReconcilingHost } from '../../../../test/support/agent/reconciling-host.js';
import { eventually } from '../../../../test/support/eventually.js';
import { simulatedIdentity } from '../../../../libs/simulator/src/simulated-identity.js';

const absent = <T extends Item>(item: T, revision: number): T => ({ ...item, intent: 'absent', revision });

describe('the reconciler on a simulated host', () => {
  let host: ReconcilingHost;
  const { container, membership, items } = launch();
  const outcomes = async (item: string, ...expected: string[]) => {
    await eventually(async () => (await host.outcomes(item)).length >= expected.length, {
      within: 15_000,
      what: expected.join(),
    });
    expect(await host.outcomes(item)).toEqual(expected);
  };
  const launched = async () => {
    await host.want(...items);
    await outcomes(container.id, 'done');
    await outcomes(membership.id, 'done');
  };

  beforeEach(async () => {
    host = await ReconcilingHost.start();
  });
  afterEach(() => host.stop());

  it('launches, and removes without a trace', async () => {
    await launched();
    const address = host.containers[0]?.daemon.identityPublic.slice(0, 10);
    expect(await host.identities.get(container.node)).toMatchObject({ address });
    await host.want(absent(container, 2), absent(membership, 2));
    await outcomes(container.id, 'done', 'done');
    await outcomes(membership.id, 'done', 'done');
    expect([host.containers, host.identities.has(container.node)]).toEqual([[], false]);
    const last = (await host.events()).map(({ type }) => type);
    expect(last).toEqual(
      expect.arrayContaining(['address.removed', 'interface.down', 'network.left', 'container.removed']),
    );
  });

  it('reports the stages of a container before those of its memberships, whatever their order', async () => {
    await host.want(membership, container);
    await outcomes(container.id, 'done');
    await outcomes(membership.id, 'done');
    const told = (await host.ofType('item.progress')).map(({ data }) => data.stage);
    expect(told.indexOf('daemon')).toBeGreaterThan(told.indexOf('started'));
    expect(told.indexOf('joined')).toBeGreaterThan(told.indexOf('started'));
    expect(told.indexOf('joined')).toBe(told.indexOf('daemon') + 1);
  });

  it('creates a new container before the look has ended, but waits for the look when it knows the container', async () => {
    await launched();
    let open = () => {};
    host.sight = new Promise((resolve) => (open = resolve));
    const other = launch({ name: 'other' });
    await host.want(...items, ...other.items);
    await eventually(() => host.containers.length === 2);
    host.tamper('demo', 'removed');
    host.reconciler.wake();
    await eventually(() => host.containers[0]?.state === 'running');
    expect(host.containers.map(({ name }) => name)).toEqual(['other']);
    open();
    await outcomes(other.container.id, 'done');
    await eventually(() => host.containers.length === 2);
    expect((await host.ofType('item.progress')).filter(({ data }) => data.item === other.container.id)).toMatchObject([
      ...['identity', 'created', 'started', 'daemon'].map((stage) => ({ data: { stage } })),
    ]);
  });

  it('looks at one node alone when nothing else woke it, reports what it saw there, and sees the rest soon after', async () => {
    await launched();
    const given = async (type: 'address.assigned' | 'address.removed') => (await host.ofType(type)).length;
    await eventually(async () => (await given('address.assigned')) === 1);
    let glances = 0;
    host.glimpse = (node) => {
      glances += 1;
      const { interfaces } = node;
      if (!interfaces.known) return node;
      return {
        ...node,
        interfaces: { known: true, value: interfaces.value.map((one) => ({ ...one, addresses: [] })) },
      };
    };
    await eventually(() => {
      host.hint(container.node);
      return glances > 0;
    });
    await eventually(async () => (await given('address.removed')) >= 1);
    host.glimpse = undefined;
    await eventually(async () => (await given('address.assigned')) > (await given('address.removed')));
  });

  it('does nothing and reports so while the host is paused, and does everything when it is resumed, even after a restart', async () => {
    await host.want(container);
    await outcomes(container.id, 'done');
    const [{ engineId, startedAt } = { engineId: '', startedAt: '' }] = host.containers;
    await host.wantPaused(container, membership);
    await outcomes(membership.id, 'waiting paused');
    host.tamper('demo', 'exited');
    await outcomes(container.id, 'done', 'waiting paused');
    await host.stop();
    host = await ReconcilingHost.start({ again: host });
    const looks = host.looks;
    await eventually(() => host.looks > looks + 1, { within: 12_000 });
    expect(host.containers).toMatchObject([{ engineId, startedAt, state: 'exited' }]);
    await host.want(container, membership);
    await eventually(() => host.containers[0]?.state === 'running');
    await eventually(async () => (await host.outcomes(membership.id)).at(-1) === 'done', { within: 30_000 });
  });

  it.each(['mint-identity', 'create-container'] as const)(
    'removes a container that it was still creating when the removal came, at %s',
    async (step) => {
      const { executors } = host.machine;
      const asUsual = executors[step] as (...args: unknown[]) => Promise<void>;
      let goOn = () => undefined as void;
      const held = new Promise<void>((resolve) => (goOn = resolve));
      let isHeld = false;
      Object.assign(executors, {
        [step]: async (...args: unknown[]) => {
          isHeld = true;
          await held;
          await asUsual(...args);
        },
      });
      await host.want(...items);
      await eventually(() => isHeld);
      await host.want(absent(container, 2), absent(membership, 2));
      const { looks } = host;
      await eventually(() => host.looks > looks + 3, { within: 30_000 });
      expect([await host.outcomes(container.id), await host.outcomes(membership.id)]).toEqual([[], []]);
      goOn();
      await outcomes(container.id, 'done');
      await outcomes(membership.id, 'done');
      expect([host.containers, host.identities.has(container.node)]).toEqual([[], false]);
    },
  );

  it('gives up the pre-generated identity of a container when that is removed before it was created', async () => {
    const [meant, other] = [simulatedIdentity(), simulatedIdentity()];
    for (const one of [meant, other]) await host.identities.warm.put(one);
    const named = { ...container, identity: meant.address };
    await host.wantPaused(named);
    await outcomes(container.id, 'waiting paused');
    expect(host.identities.isFree(meant.address)).toBe(true);
    await host.want(absent(named, 2));
    await outcomes(container.id, 'waiting paused', 'done');
    expect([host.identities.warm.free, host.containers]).toEqual([[other.address], []]);
  });

  it('restarts a container and reports the cause when it died', async () => {
    await launched();
    host.tamper('demo', 'exited');
    await eventually(async () => (await host.ofType('container.died')).length === 1);
    expect((await host.ofType('container.died'))[0]?.data).toMatchObject({ exitCode: 137 });
    await eventually(() => host.containers[0]?.state === 'running', { within: 30_000 });
    await eventually(async () => (await host.ofType('container.started')).length === 2);
  });

  it('retries with growing pauses', async () => {
    await host.stop();
    host = await ReconcilingHost.start({ firstMs: 400 });
    await launched();
    const back: number[] = [];
    for (let time = 0; time < 3; time++) {
      host.tamper('demo', 'exited');
      const died = Date.now();
      await eventually(() => host.containers[0]?.state === 'running', { within: 15_000 });
      back.push(Date.now() - died);
    }
    // Pauses double. Each counts from the previous try, so part of the first one is already over.
    expect(back[1]).toBeGreaterThan(500);
    expect(back[2]).toBeGreaterThan(1_200);
  });

  it('recreates a container with its identity and address when it was removed by hand (F33)', async () => {
    await launched();
    const before = host.containers[0]?.daemon.identityPublic;
    host.tamper('demo', 'removed');
    await eventually(() => host.containers[0]?.state === 'running', { within: 30_000 });
    expect(host.containers[0]?.daemon.identityPublic).toBe(before);
    await eventually(async () => (await host.ofType('address.assigned')).length === 2, { within: 30_000 });
    const addresses = (await host.ofType('address.assigned')).map(({ data }) => data.address);
    expect(addresses[0]).toBe(addresses[1]);
  });

  it('unpauses a container that somebody paused', async () => {
    await launched();
    host.tamper('demo', 'paused');
    await eventually(() => host.containers[0]?.state === 'running', { within: 30_000 });
    const types = (await host.events()).map(({ type }) => type);
    expect(types).toEqual(expect.arrayContaining(['container.paused']));
    await eventually(async () => (await host.ofType('container.unpaused')).length === 1);
  });

  it('restarts a container and keeps its address when its incarnation grows', async () => {
    await launched();
    const [before] = host.containers;
    await host.want({ ...container, incarnation: 1, revision: 2 }, membership);
    await outcomes(container.id, 'done', 'done');
    expect(host.containers[0]?.engineId).not.toBe(before?.engineId);
    expect(host.containers[0]?.daemon.identityPublic).toBe(before?.daemon.identityPublic);
  });

  it('settles a repeated launch again without touching anything', async () => {
    await launched();
    const before = structuredClone(host.containers[0]);
    await host.want({ ...container, revision: 2 }, { ...membership, revision: 2 });
    await outcomes(container.id, 'done', 'done');
    await outcomes(membership.id, 'done', 'done');
    expect(host.containers[0]).toMatchObject({ engineId: before?.engineId, startedAt: before?.startedAt });
  });

  it('waits for authorization in a private network, and is done when it comes', async () => {
    const { items: secluded, membership: waits } = launch({}, PRIVATE_NETWORK);
    await host.want(...secluded);
    await outcomes(waits.id, 'waiting authorization');
    const address = host.containers[0]?.daemon.identityPublic.slice(0, 10) ?? '';
    host.machine.host.world.authorize(PRIVATE_NETWORK, address);
    await outcomes(waits.id, 'waiting authorization', 'done');
    host.machine.host.world.authorize(PRIVATE_NETWORK, address, false);
    await outcomes(waits.id, 'waiting authorization', 'done', 'waiting authorization');
    const told = (await host.events()).map(({ type }) => type).filter((type) => type.startsWith('authorization.'));
    expect(told).toEqual(['authorization.requested', 'authorization.granted', 'authorization.revoked']);
  });

  it('reports why an image cannot be pulled, and continues when the item names another', async () => {
    const wrong = { ...container, image: 'registry.example/absent:1' };
    await host.want(wrong, membership);
    await outcomes(container.id, 'failed image-absent');
    await outcomes(membership.id, 'failed image-absent');
    await host.want({ ...container, revision: 2 }, { ...membership, revision: 2 });
    await outcomes(container.id, 'failed image-absent', 'done');
    await outcomes(membership.id, 'failed image-absent', 'done');
  });

  it('joins and leaves with the own node of the host, and leaves its other networks alone', async () => {
    const { host: machine } = host.machine;
    const other = '8056c2e21c000002';
    machine.join(machine.state.host, other, MembershipSettings.parse({ allowDNS: true }));
    const mine = membershipItem({ node: host.hostNode, nodeKind: 'host' });
    const joined = () => Object.keys(machine.daemon(machine.state.host).memberships).sort();
    await host.want(mine);
    await outcomes(mine.id, 'done');
    expect(joined()).toEqual([NETWORK, other]);
    await host.want({ ...mine, revision: 2, settings: MembershipSettings.parse({ allowManaged: ['10.0.0.0/8'] }) });
    await outcomes(mine.id, 'done', 'done');
    expect(machine.daemon(machine.state.host).memberships[NETWORK]?.settings.allowManagedOnly).toEqual(['10.0.0.0/8']);
    await host.want(absent(mine, 3));
    await outcomes(mine.id, 'done', 'done', 'done');
    expect(joined()).toEqual([other]);
    expect(machine.daemon(machine.state.host).memberships[other]?.settings.allowDNS).toBe(true);
    await host.want();
    await eventually(() => Object.keys(host.journal.memory.ledger).length === 0);
    expect(joined()).toEqual([other]);
  });

  it('settles an item that it does not understand, and processes the others', async () => {
    const strange = {
      id: membershipItem({ node: host.hostNode }).id,
      revision: 1,
      kind: 'satellite',
      intent: 'present',
    };
    await host.want(strange as Item, ...items);
    await outcomes(strange.id, 'failed unsupported');
    await outcomes(container.id, 'done');
  });

  it('does nothing that it could not report, and catches up when the journal can be written again', async () => {
    const { journal } = host;
    const commit = journal.commit.bind(journal);
    let refused = 0;
    journal.commit = () => {
      refused += 1;
      return Promise.reject(new Error('no space left on device'));
    };
    await host.want(...items);
    await eventually(() => refused > 1, { within: 15_000 });
    expect(host.containers).toEqual([]);
    journal.commit = commit;
    await outcomes(container.id, 'done');
    await outcomes(membership.id, 'done');
  });

  it('only observes when it is fenced', async () => {
    await launched();
    host.reconciler.fence('a clone');
    host.tamper('demo', 'exited');
    await eventually(async () => (await host.ofType('container.died')).length === 1);
    await eventually(async () =>
      (await host.ofType('finding.raised')).some(({ data }) => data.finding.code === 'host-cloned'),
    );
    await host.want(absent(container, 2), absent(membership, 2));
    const { looks } = host;
    await eventually(() => host.looks > looks + 3, { within: 20_000 });
    expect(host.containers[0]?.state).toBe('exited');
  });
});

describe('the reconciler with a full journal', () => {
  it('reports outcomes and authorizations at once, and the last value of everything else when there is room (F19)', async () => {
    const host = await ReconcilingHost.start({ capBytes: 10 });
    try {
      const { items, membership } = launch({}, PRIVATE_NETWORK);
      await host.want(...items);
      await eventually(async () => (await host.outcomes(membership.id)).length === 1, { within: 15_000 });
      const address = host.containers[0]?.daemon.identityPublic.slice(0, 10) ?? '';
      host.machine.host.world.authorize(PRIVATE_NETWORK, address);
      await eventually(async () => (await host.outcomes(membership.id)).length === 2, { within: 15_000 });
      host.tamper('demo', 'exited');
      await eventually(() => host.containers[0]?.state === 'running', { within: 15_000 });
      const types = async () => (await host.events()).map(({ type }) => type);
      expect((await types()).filter((type) => /^(container|interface|address)\./.test(type))).toEqual([]);

      const told = (await types()).filter((type) => type.startsWith('authorization.'));
      expect([told[0], told[1]]).toEqual(['authorization.requested', 'authorization.granted']);

      const { ordinal, head } = host.journal.epochs.at(-1) ?? { ordinal: 0, head: 0 };
      await host.journal.confirm(ordinal, head);
      await eventually(async () => (await types()).includes('address.assigned'), { within: 15_000 });
      const later = (await types()).slice(head);
      expect(later.filter((type) => type.startsWith('container.'))).toEqual(['container.created', 'container.started']);
    } finally {
      await host.stop();
    }
  }, 60_000);
});

describe('the reconciler over many containers', () => {
  const hosts: ReconcilingHost[] = [];
  afterEach(async () => {
    for (const host of hosts.splice(0)) await host.stop();
  });

  it('launches them a few at a time, and leaves them running when it is restarted (F8)', async () => {
    const host = await ReconcilingHost.start();
    const all = Array.from({ length: 12 }, (_, number) => launch({ name: `c${number}` }));
    await host.want(...all.flatMap(({ items }) => items));
    await eventually(async () => (await host.ofType('item.settled')).length === 24, { within: 40_000 });
    const started = host.containers.map(({ name, startedAt }) => [name, startedAt]);
    await host.stop();

    const again = await ReconcilingHost.start({ again: host });
    hosts.push(again);
    await eventually(() => again.looks > 5, { within: 20_000 });
    expect(again.containers.map(({ name, startedAt }) => [name, startedAt])).toEqual(started);
    const facts = (await again.events()).map(({ type }) => type);
    expect(facts).toEqual(expect.arrayContaining(['host.started', 'host.snapshot']));
    expect(facts.filter((type) => /^(container|item)\./.test(type))).toEqual([]);
  }, 90_000);
});
