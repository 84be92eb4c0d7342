import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { ContainerPage, HostPage, MembershipPage } from '@orrery/shared/contracts';
import { z } from 'zod';
import { ComposeSystem, hasCompose } from '../support/compose/compose-system.js';
import { eventually } from '../support/eventually.js';
import { stillWaiting } from '../support/system/still-waiting.js';
import { findLabEngine } from '../support/zerotier/lab-engine.js';
import { LabWorld, type LabNode } from '../support/zerotier/lab-world.js';

// The first run builds every image.
jest.setTimeout(600_000);

const engine = (await hasCompose()) ? await findLabEngine() : undefined;
const hosts = [
  { name: 'cloud-1', engine: 1, container: 'one' },
  { name: 'onprem-1', engine: 2, container: 'two' },
] as const;

(engine ? describe : describe.skip)('docker-compose.yml: two hosts, each a Docker engine of its own', () => {
  let system: ComposeSystem;
  let world: LabWorld;
  let controller: LabNode;
  let network: string;
  const addresses = new Map<string, string>();

  const list = async <T extends z.ZodType>(schema: T, ...args: string[]): Promise<z.infer<T>> => {
    const { stdout, stderr, code } = await system.orrery(...args, '-o', 'json');
    if (code !== 0) throw new Error(stderr);
    return schema.parse(JSON.parse(stdout));
  };

  beforeAll(async () => {
    if (!engine) return;
    system = await ComposeSystem.create(engine.image);
    await system.offerImage(engine.docker, engine.image);
    await system.must('up', '--detach', '--build', '--wait', '--wait-timeout', '240');
    world = await LabWorld.open(engine.docker, engine.image, system.network);
    controller = await world.startController();
    for (const { path, content } of world.moons) await system.offerMoon(path, content ?? '');
    const made = await controller.talk({
      method: 'POST',
      path: `/controller/network/${controller.identity.address}______`,
      body: {
        name: 'compose',
        private: true,
        v4AssignMode: { zt: true },
        ipAssignmentPools: [{ ipRangeStart: '10.98.0.10', ipRangeEnd: '10.98.0.250' }],
        routes: [{ target: '10.98.0.0/24' }],
      },
    });
    network = (made.body as { id: string }).id;
  });

  afterAll(async () => {
    await world?.close();
    await system?.down();
  });

  it('brings two hosts online without a manual step', async () => {
    const online = await eventually(
      async () => {
        const found = await list(z.array(HostPage.shape.items.element), 'host', 'ls');
        return found.filter(({ presence }) => presence === 'online').length === 2 ? found : undefined;
      },
      { within: 30_000, what: 'two hosts online' },
    );
    expect(online.map(({ name, labels }) => [name, labels.site]).sort()).toEqual([
      ['cloud-1', 'cloud'],
      ['onprem-1', 'onprem'],
    ]);
    expect(online.every(({ engine: docker }) => docker?.state === 'up')).toBe(true);
  });

  it.each(hosts)(
    'launches a container on $name that waits for its authorization and says so with exit 3',
    async ({ name, container }) => {
      const run = async (...words: string[]) => {
        const { code, stdout, stderr } = await system.orrery(...words);
        return { code, out: stdout + stderr };
      };
      const waited = await stillWaiting(
        run,
        'has not authorized',
        'launch',
        container,
        '--host',
        name,
        '--network',
        network,
      );
      expect(waited).toMatchObject({ code: 3, out: expect.stringMatching(/authoriz/) });
    },
  );

  it.each(hosts)(
    'gives the container on $name its address once the controller authorizes it',
    async ({ name, container }) => {
      const page = await list(z.array(MembershipPage.shape.items.element), 'membership', 'ls', '--host', name);
      expect(page).toHaveLength(1);
      const nodes = await system.orrery('node', 'get', `${name}/${container}`, '-o', 'json');
      const { address } = JSON.parse(nodes.stdout) as { address: string };
      await controller.talk({
        method: 'POST',
        path: `/controller/network/${network}/member/${address}`,
        body: { authorized: true },
      });
      const membership = await eventually(
        async () => {
          const [found] = await list(z.array(MembershipPage.shape.items.element), 'membership', 'ls', '--host', name);
          return found?.outcome?.kind === 'done' ? found : undefined;
        },
        { within: 30_000, what: `an address on ${name}` },
      );
      expect(membership).toMatchObject({ status: 'OK', interfaceUp: true });
      expect(membership.addresses[0]).toMatch(/^10\.98\.0\./);
      addresses.set(container, membership.addresses[0]?.split('/')[0] ?? '');
    },
  );

  it('lets the two containers ping each other, each from behind the NAT of its engine', async () => {
    expect([...addresses.values()].filter(Boolean)).toHaveLength(2);
    const pings = async (from: 1 | 2, container: string, to: string) =>
      (await system.execIn(from, `orrery-${container}`, 'ping', '-c', '1', '-W', '2', to)).code === 0;
    await eventually(() => pings(1, 'one', addresses.get('two') ?? ''), {
      within: 20_000,
      what: 'ping from one to two',
    });
    await eventually(() => pings(2, 'two', addresses.get('one') ?? ''), {
      within: 20_000,
      what: 'ping from two to one',
    });
    // The control: nobody has this address, so a ping that always succeeds would be noticed.
    expect(await pings(1, 'one', '10.98.0.251')).toBe(false);
  });

  it('keeps secrets out of what docker inspect shows, and publishes only on loopback', async () => {
    const containers = (await system.must('ps', '--all', '--quiet')).trim().split('\n');
    const password = (
      await system.must('exec', '-T', '--user', '0', 'postgres', 'cat', '/secrets/postgres.password')
    ).trim();
    expect(password).toMatch(/^[0-9a-f]{48}$/);
    const shown = await Promise.all(containers.map(async (id) => engine?.docker.getContainer(id).inspect()));
    expect(shown.length).toBeGreaterThanOrEqual(7);
    expect(JSON.stringify(shown)).not.toContain(password);
    const environ = await system.must('exec', '-T', 'api', 'sh', '-c', "cat /proc/[0-9]*/environ | tr '\\0' '\\n'");
    expect(environ).toContain('DATABASE_URL=postgres://orrery@');
    expect(environ).not.toContain(password);
    const published = shown.map((one): Record<string, { HostIp: string }[]> => one?.HostConfig.PortBindings ?? {});
    const bindings = published.flatMap((ports) => Object.values(ports).flat());
    expect(bindings.map(({ HostIp }) => HostIp)).toEqual(['127.0.0.1']);
  });

  it('removes what it launched, and says so in the history', async () => {
    const removed = await system.orrery('rm', 'cloud-1/one', '--yes', '--wait=30s');
    expect(removed).toMatchObject({ code: 0 });
    const left = await list(z.array(ContainerPage.shape.items.element), 'container', 'ls');
    expect(left.map(({ name }) => name)).toEqual(['two']);
    const events = JSON.parse((await system.orrery('event', 'ls', '--host', 'cloud-1', '-o', 'json')).stdout) as {
      type: string;
    }[];
    expect(events.map(({ type }) => type)).toEqual(
      expect.arrayContaining([
        'io.orrery.authorization.requested',
        'io.orrery.authorization.granted',
        'io.orrery.container.removed',
      ]),
    );
  });
});
