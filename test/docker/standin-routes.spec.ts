import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type Docker from 'dockerode';
import { eventually } from '../support/eventually.js';
import { findLabEngine } from '../support/zerotier/lab-engine.js';
import { LabWorld, type LabNode, type MemberOptions } from '../support/zerotier/lab-world.js';

jest.setTimeout(120_000);

const engine = await findLabEngine();
const run = promisify(execFile);
const POOL = '10.99.0.0/24';
const LARGE = 2_000_000;
/** Its answer names the address that it was asked from. */
const SERVER = `require('node:http').createServer((request, response) =>
  response.end(request.url === '/large' ? 'x'.repeat(${LARGE}) : request.socket.remoteAddress)
).listen(80, '0.0.0.0', () => console.log('listens'))`;

const rulesFor = (lan: string): string => `table ip orrery {
  chain forward {
    type filter hook forward priority filter; policy drop;
    ct state established,related accept
    iifname "zt*" oifname != "zt*" ip daddr ${lan} accept
  }
  chain postrouting {
    type nat hook postrouting priority srcnat; policy accept;
    iifname "zt*" oifname != "zt*" ip daddr ${lan} masquerade
  }
}`;

/** As Orrery's containers: with random ports besides, a node that was started again may be out of reach for minutes. */
const ONE_PORT = { allowSecondaryPort: false, portMappingEnabled: false };

const via = (gateway: string, ...targets: string[]): { target: string; via: string }[] =>
  targets.map((target) => ({ target, via: gateway }));

async function inNetworkOf(container: Docker.Container, command: readonly string[]): Promise<string[]> {
  const { State } = await container.inspect();
  return [`--net=/proc/${State.Pid}/ns/net`, '--', ...command];
}

async function runIn(container: Docker.Container, command: readonly string[], input = ''): Promise<string> {
  const running = run('nsenter', await inNetworkOf(container, command));
  // A program that does not read its input may have ended by then.
  running.child.stdin?.on('error', () => undefined).end(input);
  return (await running).stdout;
}

/** A network of the engine without ZeroTier, with a server in it. */
class Lan {
  private constructor(
    readonly network: Docker.Network,
    readonly subnet: string,
    readonly server: Docker.Container,
    readonly page: string,
    private readonly serving: ChildProcess,
  ) {}

  static async open({ docker, image, network: name }: LabWorld): Promise<Lan> {
    const network = await docker.createNetwork({ Name: `${name}-lan`, Internal: true });
    const { IPAM } = (await network.inspect()) as { IPAM: { Config: { Subnet: string }[] } };
    const server = await docker.createContainer({
      Image: image,
      Entrypoint: ['sleep', 'infinity'],
      HostConfig: { NetworkMode: `${name}-lan`, Init: true },
    });
    await server.start();
    const serving = spawn('nsenter', await inNetworkOf(server, [process.execPath, '-e', SERVER]));
    let said = '';
    serving.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
    await eventually(() => said.includes('listens'), { what: 'a server in the LAN' });
    const address = await Lan.addressOf(server, `${name}-lan`);
    return new Lan(network, IPAM.Config[0]?.Subnet ?? '', server, `http://${address}/`, serving);
  }

  static async addressOf(container: Docker.Container, network: string): Promise<string> {
    const { NetworkSettings } = await container.inspect();
    return NetworkSettings.Networks[network]?.IPAddress ?? '';
  }

  get halves(): [string, string] {
    const [network = '', bits = ''] = this.subnet.split('/');
    const half = `/${Number(bits) + 1}`;
    expect(bits).toBe('24');
    return [network + half, network.replace(/0$/, '128') + half];
  }

  async close(): Promise<void> {
    this.serving.kill('SIGKILL');
    await this.server.remove({ force: true });
    await this.network.remove();
  }
}

(engine ? describe : describe.skip)('routes with a gateway, in containers', () => {
  let world: LabWorld;
  let lan: Lan;
  let controller: LabNode;
  let network: string;
  let client: LabNode;
  let router: LabNode;
  let standby: LabNode;
  const [routerIp, standbyIp] = ['10.99.0.11', '10.99.0.12'];

  const announce = (...routes: object[]) =>
    controller.talk({
      method: 'POST',
      path: `/controller/network/${network}`,
      body: { routes: [{ target: POOL }, ...routes] },
    });
  const start = async (name: string, address: string, options: MemberOptions, ...others: Docker.Network[]) => {
    const identity = await world.mint();
    const path = `/controller/network/${network}/member/${identity.address}`;
    await controller.talk({ method: 'POST', path, body: { authorized: true, ipAssignments: [address] } });
    const node = await world.createMember(name, { identity, networks: [network], settings: ONE_PORT, ...options });
    for (const other of others) await other.connect({ Container: node.container.id });
    await node.container.start();
    return node;
  };
  /** It takes nothing but its pool, because the halves of its own LAN would win over its way there. */
  const startRouter = (name: string, address: string) => {
    const files = { [`networks.d/${network}.local.conf`]: `allowManaged=${POOL}\n` };
    return start(name, address, { sysctls: { 'net.ipv4.ip_forward': '1' }, files }, lan.network);
  };
  const letThrough = ({ container }: LabNode) => runIn(container, ['nft', '-f', '-'], rulesFor(lan.subnet));

  /** Targets and gateways on the device, as `target via gateway`. */
  const kernel = async ({ container }: LabNode): Promise<string[]> => {
    const routes = JSON.parse(await runIn(container, ['ip', '-j', 'route'])) as Record<string, string | undefined>[];
    const ours = routes.filter(({ dev, gateway }) => dev?.startsWith('zt') === true && gateway !== undefined);
    return ours.map(({ dst, gateway }) => `${dst} via ${gateway}`).sort();
  };
  const listed = async (node: LabNode): Promise<string[]> => {
    const { body } = await node.talk({ method: 'GET', path: `/network/${network}` });
    const { routes = [] } = body as { routes?: { target: string; via: string | null }[] };
    return routes.flatMap((route) => (route.via === null ? [] : [`${route.target} via ${route.via}`])).sort();
  };
  const inWords = (routes: readonly { target: string; via: string }[]) =>
    routes.map((route) => `${route.target} via ${route.via}`).sort();
  const kernelHas = (node: LabNode, routes: readonly { target: string; via: string }[]) =>
    eventually(async () => JSON.stringify(await kernel(node)) === JSON.stringify(inWords(routes)), {
      within: 45_000,
      what: `${inWords(routes).join(', ')} in the kernel of ${node.name}`,
    });
  const lists = (node: LabNode, routes: readonly { target: string; via: string }[]) =>
    eventually(async () => JSON.stringify(await listed(node)) === JSON.stringify(inWords(routes)), {
      within: 45_000,
      what: `${inWords(routes).join(', ')} listed by ${node.name}`,
    });
  const asks = (seconds = 2) => client.exec('curl', '-sS', '-m', String(seconds), lan.page);
  /** Asks again and again while something happens; returns the errors. */
  const asksDuring = async (happens: () => Promise<void>): Promise<unknown[]> => {
    const failures: unknown[] = [];
    let isOver = false;
    const asking = async (): Promise<void> => {
      while (!isOver) await asks(15).catch((error: unknown) => failures.push(error));
    };
    const [happened] = await Promise.allSettled([happens().finally(() => (isOver = true)), asking()]);
    if (happened.status === 'rejected') throw happened.reason;
    return failures;
  };
  /** The address of this router in the LAN, as the server sees it. */
  const passes = async (through: LabNode): Promise<void> => {
    const address = await Lan.addressOf(through.container, `${world.network}-lan`);
    await eventually(async () => (await asks()) === address, {
      within: 45_000,
      what: `a page through ${through.name}`,
    });
  };

  beforeAll(async () => {
    if (!engine) return;
    world = await LabWorld.open(engine.docker, engine.image);
    lan = await Lan.open(world);
    controller = await world.startController();
    const path = `/controller/network/${controller.identity.address}______`;
    const made = await controller.talk({ method: 'POST', path, body: { private: true, v4AssignMode: { zt: true } } });
    network = (made.body as { id: string }).id;
    await announce();
    client = await start('client', '10.99.0.13', {});
    router = await startRouter('router', routerIp);
    standby = await startRouter('standby', standbyIp);
    for (const node of [client, router, standby]) await world.untilAnswers(node);
    await letThrough(standby);
  });

  afterAll(async () => {
    // The routers are in both networks.
    await world?.close();
    await lan?.close();
  });

  it('lead to a server without ZeroTier, once the gateway masquerades', async () => {
    await announce(...via(routerIp, lan.subnet));
    await kernelHas(client, via(routerIp, lan.subnet));
    await lists(router, via(routerIp, lan.subnet));
    expect(await kernel(router)).toEqual([]);
    await eventually(() => client.exec('ping', '-c', '1', '-W', '1', routerIp), { within: 60_000, what: 'the router' });
    await expect(asks()).rejects.toThrow(/timed out/);
    await letThrough(router);
    await passes(router);
    const counted = ['-o', '/dev/null', '-w', '%{size_download}'];
    expect(await client.exec('curl', '-sS', '-m', '30', ...counted, `${lan.page}large`)).toBe(String(LARGE));
    // The router answers the first packet that is too large for the LAN with the size that is not.
    const ping = await client.exec('ping', '-c', '4', '-i', '0.2', '-s', '2000', new URL(lan.page).hostname);
    expect(ping).toMatch(/4 packets transmitted, [34] received/);
  });

  it('keep their gateway in a running client when only that changes', async () => {
    await announce(...via(standbyIp, lan.subnet));
    await lists(client, via(standbyIp, lan.subnet));
    expect(await kernel(client)).toEqual(inWords(via(routerIp, lan.subnet)));
    await passes(router);
  });

  it('move to the standby as halves without a failed request, but not on the routers', async () => {
    // The first one who asks for a new node may wait for seconds, and its kernel gives up after three.
    await eventually(() => client.exec('ping', '-c', '1', '-W', '1', standbyIp), {
      within: 60_000,
      what: 'the standby',
    });
    const failures = await asksDuring(async () => {
      await announce(...via(routerIp, lan.subnet), ...via(standbyIp, ...lan.halves));
      await kernelHas(client, [...via(routerIp, lan.subnet), ...via(standbyIp, ...lan.halves)]);
      await passes(standby);
      expect(await kernel(router)).toEqual([]);
      await announce(...via(standbyIp, ...lan.halves));
      await kernelHas(client, via(standbyIp, ...lan.halves));
      await passes(standby);
    });
    expect(failures).toEqual([]);
  });

  it('go away one per second, and nothing arrives meanwhile', async () => {
    await announce(...via(routerIp, lan.subnet), ...via(standbyIp, ...lan.halves));
    await kernelHas(client, [...via(routerIp, lan.subnet), ...via(standbyIp, ...lan.halves)]);
    await announce(...via(routerIp, lan.subnet));
    const [gone, stays] = lan.halves;
    await kernelHas(client, [...via(routerIp, lan.subnet), ...via(standbyIp, stays)]);
    const began = performance.now();
    await eventually(() => client.exec('ping', '-c', '1', '-W', '5', routerIp), { what: 'a late answer' });
    expect(performance.now() - began).toBeGreaterThan(500);
    await kernelHas(client, via(routerIp, lan.subnet));
    expect(await kernel(client)).not.toContain(gone);
    await passes(router);
  });

  it('have the gateway from the disk after a start if the client missed the change, and the new one after another', async () => {
    await client.container.stop({ t: 5 });
    await announce(...via(standbyIp, lan.subnet));
    await client.container.start();
    await lists(client, via(standbyIp, lan.subnet));
    await kernelHas(client, via(routerIp, lan.subnet));
    await client.container.restart({ t: 5 });
    await kernelHas(client, via(standbyIp, lan.subnet));
    await passes(standby);
  });

  it('lead nowhere after a start of the gateway, until it has its rules again', async () => {
    await standby.container.restart({ t: 5 });
    await expect(runIn(standby.container, ['nft', 'list', 'table', 'ip', 'orrery'])).rejects.toThrow(/No such file/);
    await eventually(() => client.exec('ping', '-c', '1', '-W', '1', standbyIp), {
      within: 45_000,
      what: 'the standby',
    });
    await expect(asks()).rejects.toThrow(/timed out/);
    await letThrough(standby);
    await passes(standby);
  });
});
