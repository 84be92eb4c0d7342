import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile } from 'node:fs/promises';
import type { AddressInfo, Server } from 'node:net';
import { join } from 'node:path';
import type { NetworkId } from '@orrery/shared/contracts';
import { reapAtExit, temporaryFolder } from '../../support/servers.js';
import { ROOT } from '../../support/system/build.js';
import { System } from '../../support/system/system.js';
import type { LabEngine } from '../../support/zerotier/lab-engine.js';
import { LabWorld, type LabNode } from '../../support/zerotier/lab-world.js';
import { LabController } from './lab-controller.js';
import { socketOf } from './docker-system.js';
import { gatewayOf, leadTo } from './way-to-loopback.js';

export const HOUSE = 'house';

/**
 * All of Orrery, and a host that has a zerotier-one of its own. The daemon, its devices and the agent are in the
 * network namespace of a lab container, which is the whole host to them. They reach API and NATS over the bridge.
 */
export class HostWithDaemon {
  #agent: ChildProcess | undefined;
  #output = '';

  private constructor(
    readonly system: System,
    readonly world: LabWorld,
    readonly controller: LabController,
    /** The host's own daemon. */
    readonly daemon: LabNode,
    private readonly pid: number,
    readonly agentHome: string,
    private readonly env: Record<string, string>,
    private readonly ways: Server[],
  ) {}

  /** `joined`: how many networks people had already joined with the daemon; the first of them has authorized it. */
  static async open(engine: LabEngine, joined: number): Promise<{ host: HostWithDaemon; people: NetworkId[] }> {
    const world = await LabWorld.open(engine.docker, engine.image);
    try {
      return await HostWithDaemon.within(world, engine, joined);
    } catch (error) {
      await world.close();
      throw error;
    }
  }

  private static async within(world: LabWorld, engine: LabEngine, joined: number) {
    const controller = new LabController(await world.startController());
    const people: NetworkId[] = [];
    for (let at = 0; at < joined; at++) people.push(await controller.network(`10.${81 + at}.0`));
    const daemon = await world.startMember('house', { networks: people });
    if (people[0]) await controller.authorize(people[0], daemon.identity.address);
    const system = await System.start({ start: false });
    const gateway = await gatewayOf(world);
    const ways = await Promise.all([Number(new URL(system.api.url).port), system.nats.port].map(leadTo(gateway)));
    const [api = '', nats = ''] = ways.map((way) => `${gateway}:${(way.address() as AddressInfo).port}`);
    const natsUrl = Object.assign(new URL(system.nats.url), { host: nats }).toString();
    await system.api.start({ ORRERY_AGENT_NATS_URL: natsUrl, ORRERY_ALLOWED_HOSTS: gateway });
    await system.api.ready();
    const { State } = await daemon.container.inspect();
    const agentHome = await temporaryFolder(HOUSE);
    const env = {
      ...{ ORRERY_AGENT_HOME: agentHome, ORRERY_URL: `http://${api}`, ORRERY_HOST_NAME: HOUSE },
      ORRERY_JOIN_SECRET_FILE: join(system.api.home, 'secrets', 'join.secret'),
      ORRERY_DOCKER_SOCKET: socketOf(engine),
      ORRERY_DOCKER_NETWORK: world.network,
      ORRERY_ZEROTIER_HOME: `/proc/${State.Pid}/root/var/lib/zerotier-one`,
      ORRERY_ZEROTIER_IMAGE: engine.image,
    };
    const host = new HostWithDaemon(system, world, controller, daemon, State.Pid, agentHome, env, ways);
    return { host, people };
  }

  /** Home of the daemon, as seen from here. */
  get home(): string {
    return this.env['ORRERY_ZEROTIER_HOME'] ?? '';
  }

  /** All output of its agents. */
  get output(): string {
    return this.#output;
  }

  /** Resolves when the API shows the host online. */
  async startAgent(more: Record<string, string> = {}): Promise<void> {
    const program = [`--net=/proc/${this.pid}/ns/net`, '--', process.execPath, 'apps/agent/dist/program.js'];
    const agent = spawn('nsenter', program, {
      cwd: ROOT,
      env: { PATH: process.env['PATH'], HOME: '/nonexistent', NODE_ENV: 'test', ...this.env, ...more },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [agent.stdout, agent.stderr])
      stream.setEncoding('utf8').on('data', (text: string) => (this.#output += text));
    if (agent.pid !== undefined) await reapAtExit(agent.pid);
    this.#agent = agent;
    await this.system.presence(HOUSE, 'online');
  }

  /** As `systemctl stop` does it. */
  async stopAgent(): Promise<void> {
    const agent = this.#agent;
    if (!agent || agent.exitCode !== null || agent.signalCode !== null) return;
    const exit = once(agent, 'exit');
    agent.kill('SIGTERM');
    await exit;
  }

  /**
   * Names and contents of all files in networks.d. `but`: networks whose configuration the daemon itself writes when it
   * arrives.
   */
  async networkFiles(but: readonly NetworkId[] = []): Promise<Record<string, string>> {
    const folder = join(this.home, 'networks.d');
    const own = new Set(but.map((network) => `${network}.conf`));
    const names = (await readdir(folder)).sort();
    const read = async (name: string) => (own.has(name) ? '' : readFile(join(folder, name), 'latin1'));
    return Object.fromEntries(await Promise.all(names.map(async (name) => [name, await read(name)] as const)));
  }

  /** The networks that the daemon is in, with status, as it reports them. */
  async networks(): Promise<Record<string, string>> {
    const { body } = await this.daemon.talk({ method: 'GET', path: '/network' });
    return Object.fromEntries((body as { id: string; status: string }[]).map(({ id, status }) => [id, status]));
  }

  /** The addresses that the kernel has on a device, as `ip/bits`; undefined: no such device. */
  async kernelAddresses(device: string): Promise<string[] | undefined> {
    const links = JSON.parse(await this.daemon.exec('ip', '-j', '-4', 'addr', 'show')) as {
      ifname: string;
      addr_info: { local: string; prefixlen: number }[];
    }[];
    const all = JSON.parse(await this.daemon.exec('ip', '-j', 'link', 'show')) as { ifname: string }[];
    if (!all.some(({ ifname }) => ifname === device)) return undefined;
    const shown = links.find(({ ifname }) => ifname === device);
    return (shown?.addr_info ?? []).map(({ local, prefixlen }) => `${local}/${prefixlen}`);
  }

  cli(...words: string[]): Promise<{ code: number | null; out: string }> {
    return this.system.cli(...words);
  }

  async close(): Promise<void> {
    await this.stopAgent();
    await this.system.close();
    await Promise.all(this.ways.map((way) => new Promise((resolve) => way.close(resolve))));
    await this.world.close();
  }
}
