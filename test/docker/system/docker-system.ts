import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import type Docker from 'dockerode';
import type { NetworkId } from '@orrery/shared/contracts';
import { eventually } from '../../support/eventually.js';
import { System } from '../../support/system/system.js';
import type { SystemHost } from '../../support/system/system-host.js';
import type { LabEngine } from '../../support/zerotier/lab-engine.js';
import { LabWorld } from '../../support/zerotier/lab-world.js';
import { LabController } from './lab-controller.js';

const run = promisify(execFile);

/** The name of the host on which everything happens. */
export const HOST = 'metal';

export interface DockerSystemOptions {
  /** More settings of the agent. */
  agent?: Record<string, string>;
  /** More settings of the API. */
  api?: Record<string, string>;
  /** Where the agent finds the engine, if not where the tests find it. */
  socket?: string;
  /** False: no controller and no moon. */
  controller?: boolean;
  /** Instead: an image of orrery-zt that is the root, with a door that the API is told of. */
  ownRoot?: string;
}

/**
 * All of Orrery as processes, with one real host: its agent works on the engine under test, beside a controller of its
 * own on a Docker network without a way out.
 */
export class DockerSystem {
  private constructor(
    readonly system: System,
    readonly world: LabWorld,
    private readonly admits: LabController | undefined,
    private readonly folder: string,
    /** Makes names unique in an engine that others use too. */
    readonly suffix: string,
  ) {}

  static async open(engine: LabEngine, options: DockerSystemOptions = {}): Promise<DockerSystem> {
    const world = await LabWorld.open(engine.docker, engine.image);
    try {
      const folder = await mkdtemp(join(tmpdir(), 'orrery-moons-'));
      const door = join(folder, 'door');
      if (options.ownRoot !== undefined) {
        await mkdir(door);
        await world.startOwnRoot(options.ownRoot, door);
      }
      const hasController = options.controller !== false && options.ownRoot === undefined;
      const controller = hasController ? new LabController(await world.startController()) : undefined;
      for (const { path, content } of world.moons) await writeFile(join(folder, basename(path)), content ?? '');
      const settings = {
        ORRERY_SIMULATE: 'false',
        ORRERY_DOCKER_SOCKET: options.socket ?? socketOf(engine),
        ORRERY_DOCKER_NETWORK: world.network,
        DOCKER_CONFIG: join(folder, 'no-config'),
        ORRERY_ZEROTIER_HOME: join(folder, 'no-zerotier-one'),
        ORRERY_ZEROTIER_IMAGE: engine.image,
        ORRERY_MOONS_DIR: folder,
        // Tests count containers and remove them all; those about pre-generated identities ask for some.
        ORRERY_WARM_IDENTITIES: '0',
        // The stand-in's root accepts any number at once.
        ORRERY_START_SPACING_SECONDS: '0',
        ...options.agent,
      };
      const system = await System.start({
        ...{ hosts: [HOST], agent: () => settings },
        api: { ...(options.ownRoot === undefined ? {} : { ORRERY_ROOT_DOOR: door }), ...options.api },
      });
      return new DockerSystem(system, world, controller, folder, world.network.slice(-6));
    } catch (error) {
      await world.close();
      throw error;
    }
  }

  /** The folder that the API and a root of its own share. */
  get door(): string {
    return join(this.folder, 'door');
  }

  get docker(): Docker {
    return this.world.docker;
  }

  get host(): SystemHost {
    return this.system.host(HOST);
  }

  get controller(): LabController {
    if (!this.admits) throw new Error('this system has no controller');
    return this.admits;
  }

  /** A container's name, as a person gives it. */
  name(word: string): string {
    return `${word}-${this.suffix}`;
  }

  async hostId(): Promise<string> {
    const [row] = await this.system.sql<{ id: string }>('SELECT id FROM hosts WHERE name = $1', [HOST]);
    if (!row) throw new Error('the host has not joined');
    return row.id;
  }

  /** The engine's container of this name. */
  container(name: string): Docker.Container {
    return this.docker.getContainer(`orrery-${name}`);
  }

  /** All containers that the agent created, as the engine lists them. */
  async ours(host?: string): Promise<Docker.ContainerInfo[]> {
    const id = host ?? (await this.hostId());
    const labels = [`io.orrery.host=${id}`, `io.orrery.throwaway=${id}`];
    const lists = labels.map((label) => this.docker.listContainers({ all: true, filters: { label: [label] } }));
    return (await Promise.all(lists)).flat();
  }

  /** As an owner of the engine does; the agent goes on beside it, and may remove one of them itself. */
  async removeOurs(host?: string): Promise<void> {
    for (const { Id } of await this.ours(host))
      await this.docker.getContainer(Id).remove({ force: true, v: true }).catch(unlessGone);
  }

  /** ZeroTier address of a container's node, by its identity on the agent's disk. */
  async addressOf(name: string): Promise<string> {
    const { Config } = await this.container(name).inspect();
    const node = Config.Labels['io.orrery.node'] ?? '';
    const address = (await this.host.identities()).get(node);
    if (!address) throw new Error(`the node of ${name} has no identity`);
    return address;
  }

  /** Runs a program in the network namespace of a container; returns its output. */
  async inNamespace(name: string, ...command: string[]): Promise<string> {
    const { State } = await this.container(name).inspect();
    const { stdout } = await run('nsenter', [`--net=/proc/${State.Pid}/ns/net`, '--', ...command]);
    return stdout;
  }

  /** Runs a program of the container in all of its namespaces: as anyone who took it over could. */
  async inside(name: string, ...command: string[]): Promise<string> {
    const { State } = await this.container(name).inspect();
    const { stdout } = await run('nsenter', ['-t', String(State.Pid), '-m', '-n', '-p', '--', ...command]);
    return stdout;
  }

  /** The addresses that the kernel of a container's namespace has on a device, as `ip/bits`. */
  async kernelAddresses(name: string, device: string): Promise<string[]> {
    const shown = JSON.parse(await this.inNamespace(name, 'ip', '-json', '-4', 'addr', 'show', 'dev', device)) as {
      addr_info?: { local: string; prefixlen: number }[];
    }[];
    return shown.flatMap(({ addr_info = [] }) => addr_info.map((one) => `${one.local}/${one.prefixlen}`));
  }

  /**
   * Everything that must never be shown: tokens and identities of the nodes, the host's key, and the secret with which
   * hosts join.
   */
  async secrets(): Promise<string[]> {
    const folder = join(this.host.home, 'identities');
    const files = (await readdir(folder)).filter((name) => name.endsWith('.json'));
    const nodes = files.map(async (file) => {
      const kept = JSON.parse(await readFile(join(folder, file), 'utf8')) as Record<string, string>;
      const key = kept['identitySecret']?.split(':')[3];
      const token = kept['authToken'];
      if (!key || !token) throw new Error(`${file} is no identity`);
      return [key, token];
    });
    const seed = (await readFile(join(this.host.home, 'host.seed'), 'utf8')).trim();
    return [...(await Promise.all(nodes)).flat(), seed, await this.system.api.secret('join.secret')];
  }

  /** Types of the host's events since `after`, in the order in which Postgres has them. */
  async events(after = 0): Promise<{ id: number; type: string; data: Record<string, unknown> }[]> {
    return this.system.sql('SELECT id::int, type, data FROM events WHERE id > $1 ORDER BY id', [after]);
  }

  async lastEvent(): Promise<number> {
    const [row] = await this.system.sql<{ id: number | null }>('SELECT max(id)::int AS id FROM events');
    return row?.id ?? 0;
  }

  /** Resolves with the first event of this kind after `after`. */
  async event(type: string, after: number, within = 30_000) {
    const found = async () => (await this.events(after)).find((event) => event.type === type);
    return eventually(found, { within, every: 50, what: `an event ${type}` });
  }

  /** Launches, authorizes as soon as the node is known, and resolves when everything is done. */
  async launched(name: string, network: NetworkId, pre?: (address: string) => Promise<void>): Promise<void> {
    const { id } = await this.system.launch(HOST, name, network);
    const address = await eventually(() => this.addressOf(name), { within: 60_000, every: 50, what: 'an identity' });
    await (pre ?? ((one) => this.controller.authorize(network, one)))(address);
    await this.system.done(id, 90_000);
  }

  async close(): Promise<void> {
    const host = await this.hostId().catch(() => undefined);
    await this.system.close();
    // Not before its agent has ended, which would make them anew.
    if (host !== undefined) await this.removeOurs(host).catch(() => undefined);
    await this.world.close();
    await rm(this.folder, { recursive: true, force: true });
  }
}

export const socketOf = ({ docker }: LabEngine): string => {
  const { socketPath } = docker.modem as { socketPath?: unknown };
  if (typeof socketPath !== 'string') throw new Error('the engine under test must be on a unix socket');
  return socketPath;
};

/** For a removal: somebody else was faster (404), or is at it (409). */
export const unlessGone = (error: unknown): void => {
  if (![404, 409].includes((error as { statusCode?: number }).statusCode ?? 0)) throw error;
};
