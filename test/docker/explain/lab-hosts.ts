import { execFile } from 'node:child_process';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import type { AddressInfo, Server } from 'node:net';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { interfaceName, type NetworkId } from '@orrery/shared/contracts';
import { eventually } from '../../support/eventually.js';
import { temporaryFolder } from '../../support/servers.js';
import { ROOT } from '../../support/system/build.js';
import { System } from '../../support/system/system.js';
import type { LabEngine } from '../../support/zerotier/lab-engine.js';
import { LabWorld } from '../../support/zerotier/lab-world.js';
import { LabController } from '../system/lab-controller.js';
import { gatewayOf, leadTo } from '../system/way-to-loopback.js';
import { ended, LabHost, type Ran } from './lab-host.js';

const run = promisify(execFile);

/** All of Orrery, whole hosts, and a controller of somebody else that is also the root of all nodes. */
export class LabHosts {
  readonly hosts = new Map<string, LabHost>();
  /** The ID of `shop`, which Orrery manages and where alpha/one and beta/two reach each other. */
  network: NetworkId = '';

  private constructor(
    readonly system: System,
    readonly world: LabWorld,
    /** Orrery does not manage its networks. */
    readonly foreign: LabController,
    private readonly engine: LabEngine,
    private readonly env: Record<string, string>,
    private readonly ways: Server[],
    private readonly bin: string,
  ) {}

  static async open(engine: LabEngine): Promise<LabHosts> {
    const [world, system] = await Promise.all([
      LabWorld.open(engine.docker, engine.image),
      System.start({ start: false }),
    ]);
    try {
      return await LabHosts.within(world, system, engine);
    } catch (error) {
      await world.close();
      throw error;
    }
  }

  private static async within(world: LabWorld, system: System, engine: LabEngine) {
    const foreign = new LabController(await world.startController());
    const gateway = await gatewayOf(world);
    const ways = await Promise.all([Number(new URL(system.api.url).port), system.nats.port].map(leadTo(gateway)));
    const [api = '', nats = ''] = ways.map((way) => `${gateway}:${(way.address() as AddressInfo).port}`);
    const natsUrl = Object.assign(new URL(system.nats.url), { host: nats }).toString();
    await system.api.start({ ORRERY_AGENT_NATS_URL: natsUrl, ORRERY_ALLOWED_HOSTS: gateway });
    await system.api.ready();
    const moons = await temporaryFolder('moons');
    for (const { path, content } of world.moons) await writeFile(join(moons, basename(path)), content ?? '');
    const bin = join(await temporaryFolder('path'), 'bin');
    await mkdir(bin);
    await symlink(join(ROOT, 'apps/cli/bin/orrery.mjs'), join(bin, 'orrery'));
    const env = {
      ORRERY_URL: `http://${api}`,
      ORRERY_JOIN_SECRET_FILE: join(system.api.home, 'secrets', 'join.secret'),
      ORRERY_MOONS_DIR: moons,
      ORRERY_START_SPACING_SECONDS: '0',
    };
    const hosts = new LabHosts(system, world, foreign, engine, env, ways, bin);
    await hosts.settle().catch(async (error: unknown) => {
      await hosts.close();
      throw error;
    });
    return hosts;
  }

  private async settle(): Promise<void> {
    await Promise.all(['alpha', 'beta'].map((name, at) => this.add(name, at + 1)));
    this.network = await this.created('shop');
    await Promise.all([this.launched('alpha/one'), this.launched('beta/two')]);
    await this.untilPings('alpha/one', 'beta/two', this.network);
  }

  private async add(name: string, number: number): Promise<void> {
    const host = await LabHost.start(name, number, this.world, this.engine, this.env);
    this.hosts.set(name, host);
    await host.startAgent();
    await this.system.presence(name, 'online');
  }

  host(name: string): LabHost {
    const host = this.hosts.get(name);
    if (!host) throw new Error(`there is no host ${name}`);
    return host;
  }

  /** A shell of somebody who is logged in to Orrery, on no host in particular. */
  async anywhere(script: string): Promise<Ran> {
    const env = {
      PATH: `${this.bin}:${process.env['PATH'] ?? ''}`,
      ORRERY_URL: this.system.api.url,
      ORRERY_HOME: this.system.api.home,
      HOME: '/nonexistent',
    };
    return ended(run('sh', ['-c', script], { env, cwd: this.bin, timeout: 90_000 }));
  }

  /** The same, but it must succeed. */
  async orrery(words: string): Promise<string> {
    const { code, out } = await this.anywhere(`orrery ${words}`);
    if (code !== 0) throw new Error(`orrery ${words} ended with ${code}: ${out}`);
    return out;
  }

  /** Creates a network at the controller of alpha. */
  async created(name: string, ...more: string[]): Promise<NetworkId> {
    await this.orrery(['network create', name, '--on alpha --wait=60s', ...more].join(' '));
    return this.idOf(name);
  }

  async idOf(network: string): Promise<NetworkId> {
    return (JSON.parse(await this.orrery(`network get ${network} -o json`)) as { id: NetworkId }).id;
  }

  async launched(reference: string, ...more: string[]): Promise<void> {
    const [host = '', name = ''] = reference.split('/');
    await this.orrery(['launch', name, '--host', host, '--network shop --wait=60s', ...more].join(' '));
  }

  /** In the network of a node, which is a host or a container. */
  private in(reference: string, script: string): Promise<Ran> {
    const [host = '', name] = reference.split('/');
    return name === undefined ? this.host(host).shell(script) : this.host(host).inNetworkOf(name, script);
  }

  /** The address that the kernel of a node has in a network. */
  async addressOf(node: string, network: NetworkId): Promise<string> {
    const { out } = await this.in(node, `ip -o -4 addr show dev ${interfaceName(network)}`);
    return /inet ([\d.]+)/.exec(out)?.[1] ?? '';
  }

  /** One ping from node to node, over the network. */
  async pings(from: string, to: string, network: NetworkId): Promise<boolean> {
    const address = await this.addressOf(to, network);
    return address !== '' && (await this.in(from, `ping -c 1 -W 1 ${address}`)).code === 0;
  }

  async untilPings(from: string, to: string, network: NetworkId, within = 60_000): Promise<void> {
    await eventually(() => this.pings(from, to, network), { within, what: `${from} reaches ${to}` });
  }

  async close(): Promise<void> {
    await Promise.all([...this.hosts.values()].map((host) => host.close()));
    await this.system.close();
    await Promise.all(this.ways.map((way) => new Promise((resolve) => way.close(resolve))));
    await this.world.close();
  }
}
