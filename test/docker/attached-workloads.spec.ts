import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { AttachmentItem, Item, MembershipItem, NetworkId, ObservedWorkload } from '@orrery/shared/contracts';
import { newId } from '@orrery/shared/runtime';
import type Docker from 'dockerode';
import { findUnexpected } from '../../apps/agent/src/pure/findings/findings-attachments.js';
import { eventually } from '../support/eventually.js';
import { findLabEngine } from '../support/zerotier/lab-engine.js';
import { AttachLab } from './machine/attach-lab.js';

jest.setTimeout(180_000);
const engine = await findLabEngine();

(engine ? describe : describe.skip)('workloads with labels, on the real machine', () => {
  let world: AttachLab;
  const abort = new AbortController();

  beforeAll(async () => {
    if (!engine) return;
    world = await AttachLab.open(engine, '10.93.0');
    // The machine follows events, as under an agent: its list of all containers is then held.
    world.lab.machine.watch(() => undefined, abort.signal);
    await eventually(() => world.lab.machine.hintsAtAll, { within: 10_000, what: 'events are received' });
  });
  afterAll(async () => {
    abort.abort();
    await world?.close();
  });

  async function shown(): Promise<ObservedWorkload[]> {
    const { workloads } = await world.lab.look();
    // Other tests on the same engine may have workloads of their own.
    const isHere = ({ workload }: ObservedWorkload) =>
      workload.startsWith(`${world.lab.world.network}/`) || workload.startsWith(world.name(''));
    return workloads?.known ? workloads.value.filter(isHere) : [];
  }
  const until = (what: string, seen: (workloads: ObservedWorkload[]) => boolean) =>
    eventually(async () => seen(await shown()), { within: 10_000, every: 50, what });

  describe('are reported', () => {
    let web: Docker.Container;

    it('while nobody names them, with the labels for Orrery and nothing else', async () => {
      await world.workload('plain', {}, { secret: 'canary', ...world.compose('plain') });
      web = await world.workload('web', {}, { ...world.compose('web'), 'orrery.network': 'lab', secret: 'canary' });
      await until('the labelled one', (all) => all.length > 0);
      const { Id, State } = await web.inspect();
      expect(await shown()).toEqual([
        {
          ...{ workload: world.reference('web'), name: world.name('web'), engineId: Id, state: 'running' },
          ...{ startedAt: State.StartedAt, labelled: true, labels: { 'orrery.network': 'lab' }, restarts: 0 },
        },
      ]);
      expect(JSON.stringify(await world.lab.look())).not.toMatch(/canary|plain/);
    });

    it('when they end, start again and are gone', async () => {
      await web.kill();
      await until('its end', ([one]) => one?.state === 'exited');
      await web.start();
      await until('its start', ([one]) => one?.state === 'running');
      await web.remove({ force: true, v: true });
      await until('its removal', (all) => all.length === 0);
    });

    it('when they were disabled by a label, but not as one that may be attached', async () => {
      const labels = { ...world.compose('off'), 'orrery.network': 'lab', 'orrery.enable': 'false' };
      const off = await world.workload('off', {}, labels);
      await until('it', (all) => all.length > 0);
      expect(await shown()).toMatchObject([{ labelled: false, labels: { 'orrery.enable': 'false' } }]);
      await off.remove({ force: true, v: true });
    });

    it('if an item names them, with no label at all, and gone when they are renamed', async () => {
      const named = await world.workload('named');
      const [item] = world.attach('a-named', world.name('named'));
      await until('it', ([one]) => one?.workload === world.name('named'));
      expect((await shown())[0]?.labels).toBeUndefined();
      await named.rename({ name: world.name('other') });
      await until('none', (all) => all.length === 0);
      world.lab.scope.containers = world.lab.scope.containers.filter((one) => one.item !== item.id);
    });
  });

  it('can be attached to the networks that their label names, and to no others', async () => {
    const other = await world.lab.network('10.92.0');
    const labelled = { workloads: 'labelled' };
    await world.workload('limited', {}, { ...world.compose('limited'), 'orrery.network': world.network });
    const [item, joined] = world.attach('limited', world.reference('limited'));
    const elsewhere: MembershipItem = { ...joined, id: newId('itm'), network: other, networkName: 'other' };
    const items = [item, joined, elsewhere];
    await until('it', (all) => all.some(({ workload }) => workload === item.workload));
    expect(await world.settle(items, labelled)).toEqual(['mint-identity', 'create-container', 'start-container']);
    const networks = async () => {
      const { memberships } = await world.lab.nodeOf(item);
      return memberships.known ? memberships.value.map(({ network }) => network) : undefined;
    };
    await eventually(async () => (await networks())?.length === 1, { within: 10_000, what: 'its network' });
    expect(await networks()).toEqual([world.network]);
    expect(await world.outcome(elsewhere, items, labelled)).toMatchObject({
      ...{ kind: 'failed', code: 'policy-denied' },
      cause: `the label orrery.network of ${world.name('limited')} does not name the network other (${other}) (rule workloads)`,
    });
    expect(await world.outcome(item, items, labelled)).toMatchObject({ kind: 'done' });
    // The control: the same host allows all.
    expect(await world.settle(items, { workloads: 'all' })).toEqual(['join-network']);
    expect(await networks()).toContain(other);
  });

  it('are attached once if two items name them differently', async () => {
    const twice = await world.workload('twice', {}, world.compose('twice'));
    const byName = world.attach('by-name', world.name('twice'));
    const byService = world.attach('by-service', world.reference('twice'));
    const items: Item[] = [...byName, ...byService];
    await until('both', (all) => all.filter(({ name }) => name === world.name('twice')).length === 2);
    await world.settle(items);
    const { Id } = await twice.inspect();
    const { containers } = await world.lab.look();
    const inside = containers.known ? containers.value.filter((one) => one.inside === Id) : [];
    expect(inside).toHaveLength(1);
    const outcomes = await Promise.all([byName[0], byService[0]].map((item) => world.outcome(item, items)));
    expect(outcomes.map((one) => one?.kind).sort()).toEqual(['done', 'failed']);
    expect(outcomes.find((one) => one?.kind === 'failed')).toMatchObject({
      ...{ code: 'workload-unsuitable', cause: expect.stringContaining(`is attached already, by ${inside[0]?.name}`) },
    });
  });

  describe('that were taken over, with the token of their node', () => {
    let items: [AttachmentItem, MembershipItem];
    let others: [AttachmentItem, MembershipItem];
    let taken: Docker.Container;
    let foreign: NetworkId;

    beforeAll(async () => {
      if (!engine) return;
      foreign = await world.lab.network('10.91.0');
      taken = await world.workload('taken', {}, world.compose('taken'));
      await world.workload('victim', {}, world.compose('victim'));
      items = world.attach('taken', world.reference('taken'));
      others = world.attach('victim', world.reference('victim'));
      await world.settle([...items, ...others]);
      await Promise.all([items, others].map(([item]) => world.lab.addressOf(item)));
    });

    const secretsOf = ([item]: [AttachmentItem, ...unknown[]]) => {
      const secrets = world.lab.identities.held.get(item.node);
      if (!secrets) throw new Error('it has an identity');
      return secrets;
    };
    const sidecarOf = async ([{ id }]: [AttachmentItem, ...unknown[]]) => {
      const [own] = await world.lab.containerOf({ item: id });
      return world.lab.world.docker.getContainer(own?.engineId ?? '').inspect();
    };
    const portOf = async (of: [AttachmentItem, MembershipItem]) =>
      (await sidecarOf(of)).Config.Labels['io.orrery.port'] ?? '';
    /** The whole answer to a request that the workload sends. Empty: nobody listens there, or answers. */
    async function ask(method: string, to: string, path: string, token: string): Promise<string> {
      const request = [`${method} ${path} HTTP/1.0`, `X-ZT1-Auth: ${token}`, 'Content-Length: 2', '', '{}'];
      const [address, port] = to.split(':');
      const script = `exec 3<>/dev/tcp/${address}/${port} && printf '%s' '${request.join('\r\n')}' >&3 && timeout 5 cat <&3`;
      return world.inside(taken, 'bash', '-c', script).catch(() => '');
    }
    const own = async () => [`127.0.0.1:${await portOf(items)}`, secretsOf(items).authToken.reveal()] as const;
    const unexpected = async () =>
      findUnexpected({
        ...{ items: [...items, ...others], observed: await world.lab.look(), hasIdentity: () => true, damage: [] },
        ...{ outcome: () => undefined, tries: () => 0, clockSkewMs: undefined, cloned: false },
      }).map(({ node, network }) => [node, network]);

    it('can use the local API of that node, and a network that it joins is found out', async () => {
      const [api, token] = await own();
      expect(await ask('GET', api, '/status', token)).toContain(secretsOf(items).address);
      expect(await unexpected()).toEqual([]);
      expect(await ask('POST', api, `/network/${foreign}`, token)).toContain(foreign);
      await eventually(async () => (await unexpected()).length > 0, { within: 10_000, what: 'the network' });
      expect(await unexpected()).toEqual([[items[0].node, foreign]]);
      // The agent leaves nothing that nobody named.
      expect(await world.steps([...items, ...others])).toEqual([]);
    });

    it('has the network left when the node is restarted', async () => {
      const again: AttachmentItem = { ...items[0], incarnation: 1, revision: 2 };
      const was = await portOf(items);
      items = [again, items[1]];
      expect(await world.settle([...items, ...others])).toEqual([
        'remove-container',
        'create-container',
        'start-container',
      ]);
      await world.lab.addressOf(items[0]);
      expect(await unexpected()).toEqual([]);
      expect(await portOf(items)).toBe(was);
    });

    it('cannot get the secret of the identity: no path of the API shows it, and no file in reach has it', async () => {
      const [api, token] = await own();
      const secret = secretsOf(items).identitySecret.reveal();
      const key = secret.split(':').at(-1) ?? '';
      const paths = ['/status', '/network', '/peer', '/config', '/identity.secret', '/../identity.secret', '/moon'];
      for (const path of paths) expect(await ask('GET', api, path, token)).not.toContain(key);
      const find = (text: string) =>
        world.inside(taken, 'bash', '-c', `grep -rlsF '${text}' /proc/[0-9]*/root/var/lib /var/lib /run /tmp /etc`);
      expect(await find(key)).toBe('');
      // The controls: it would be found, and it is in the other container.
      await world.inside(taken, 'bash', '-c', 'echo planted-secret >/tmp/planted');
      expect(await find('planted-secret')).toContain('/tmp/planted');
      const sidecar = world.lab.world.docker.getContainer((await sidecarOf(items)).Id);
      expect(await world.inside(sidecar, 'cat', '/var/lib/zerotier-one/identity.secret')).toContain(key);
    });

    it('cannot use the API of another node, neither with this token nor from where it is', async () => {
      const [api, token] = await own();
      const otherToken = secretsOf(others).authToken.reveal();
      const { NetworkSettings } = await world.lab.world.docker.getContainer(world.name('victim')).inspect();
      const [there] = Object.values(NetworkSettings.Networks);
      const elsewhere = `${there?.IPAddress}:${await portOf(others)}`;
      expect(await ask('GET', elsewhere, '/status', token)).not.toContain('200 OK');
      expect(await ask('GET', elsewhere, '/status', otherToken)).not.toContain('200 OK');
      expect(await ask('GET', api, '/status', otherToken)).toMatch(/HTTP\/1\.[01] 401/);
      expect(await ask('GET', api, '/status', token)).toMatch(/HTTP\/1\.[01] 200/);
    });

    it('reaches nothing of the host: no socket of an engine in the container of its node, no port but those of its own', async () => {
      const sidecar = await sidecarOf(items);
      expect([sidecar.HostConfig.Binds, sidecar.Mounts, sidecar.HostConfig.PidMode]).toEqual([null, [], '']);
      expect(sidecar.HostConfig.Privileged).toBe(false);
      const sockets = await world.inside(taken, 'bash', '-c', 'ls /var/run/docker.sock /run/docker.sock 2>&1');
      expect(sockets.match(/No such file/g)).toHaveLength(2);
      // Whatever listens in the namespace belongs to the node, except for the engine's DNS at 127.0.0.11.
      const listening = await world.inside(taken, 'bash', '-c', 'cat /proc/net/tcp /proc/net/tcp6');
      const ports = [...listening.matchAll(/^\s*\d+: (?!0B00007F)[0-9A-F]+:([0-9A-F]{4}) [0-9A-F]+:0000 0A/gm)].map(
        ([, port]) => Number.parseInt(port ?? '', 16),
      );
      expect(new Set(ports)).toEqual(new Set([Number(await portOf(items))]));
    });
  });
});
