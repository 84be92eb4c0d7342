import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import type { NetworkId, NodeId, ObservedNode, ObservedState } from '@orrery/shared/contracts';
import { createLogger, newId } from '@orrery/shared/runtime';
import {
  type IdentityStore,
  type NodeSecrets,
  execute,
  type Machine,
  type Scope,
  StepError,
  type ContainerBlueprint,
  type Step,
} from '@orrery/shared/machine';
import { createRealMachine, type RealMachineConfig } from '../../../apps/agent/src/machine/real-machine.js';
import { eventually } from '../../support/eventually.js';
import { LabWorld, type LabNode } from '../../support/zerotier/lab-world.js';
import type { LabEngine } from '../../support/zerotier/lab-engine.js';

/** Identities in memory; a test can inspect them. */
export class MemoryIdentities implements IdentityStore {
  readonly held = new Map<NodeId, NodeSecrets>();
  private readonly ports = new Map<NodeId, number>();
  get(node: NodeId) {
    return Promise.resolve(this.held.get(node));
  }
  put(node: NodeId, secrets: NodeSecrets) {
    this.held.set(node, secrets);
    return Promise.resolve();
  }
  port(node: NodeId, choose: (taken: ReadonlySet<number>) => number | undefined) {
    const held = this.ports.get(node) ?? choose(new Set(this.ports.values()));
    if (held !== undefined) this.ports.set(node, held);
    return Promise.resolve(held);
  }
  bind() {
    return Promise.resolve(false);
  }
  isFree() {
    return false;
  }
  forget(node: NodeId) {
    this.held.delete(node);
    return Promise.resolve();
  }
  has(node: NodeId) {
    return this.held.has(node);
  }
}

const SETTINGS = { allowManaged: true, allowGlobal: false, allowDefault: false, allowDNS: false };

/** A route that a network's owner pushes, different for each pool, because the kernel accepts a target only once. */
export const pushedRoute = (pool: string): string => `192.168.${pool.split('.')[1]}.0/24`;

/** A real machine on the engine under test, with a controller beside it, and a host name and a bridge of its own. */
export class MachineLab {
  readonly identities = new MemoryIdentities();
  readonly scope: Scope = { hostNode: newId('nod'), containers: [] };
  readonly stages: string[] = [];
  private readonly machines: Machine[] = [];

  readonly machine: Machine;

  private constructor(
    readonly config: RealMachineConfig,
    readonly world: LabWorld,
    private readonly admits: LabNode | undefined,
    private readonly folder: string,
  ) {
    this.machine = this.another();
  }

  /**
   * `alone`: without a controller, for engines on which no daemon can have a device. `on`: a Docker network that somebody else created and
   * will remove.
   */
  static async open(
    engine: LabEngine,
    { alone = false, on, ...change }: Partial<RealMachineConfig> & { alone?: boolean; on?: string } = {},
  ): Promise<MachineLab> {
    const folder = await mkdtemp(join(tmpdir(), 'orrery-machine-'));
    const world = await LabWorld.open(engine.docker, engine.image, on);
    const controller = alone ? undefined : await world.startController();
    for (const { path, content } of world.moons) await writeFile(join(folder, basename(path)), content ?? '');
    const config: RealMachineConfig = {
      host: newId('hst'),
      agentVersion: '0.1.0',
      dockerSocket: socketOf(engine),
      dockerNetwork: world.network,
      dockerConfigFile: join(folder, 'no-config.json'),
      zerotierHome: join(folder, 'no-zerotier-one'),
      zerotierPort: null,
      userTokenFile: join(folder, 'no-token'),
      zerotierImage: engine.image,
      moonsDir: folder,
      nodePorts: { first: 25_000, last: 25_999 },
      ...change,
    };
    return new MachineLab(config, world, controller, folder);
  }

  get controller(): LabNode {
    if (!this.admits) throw new Error('this lab has no controller');
    return this.admits;
  }

  /** Another machine with the same identities, like an agent that was restarted, or one with other settings. */
  another(change: Partial<RealMachineConfig> & { identities?: IdentityStore } = {}): Machine {
    const { identities = this.identities, ...config } = change;
    const machine = createRealMachine({ ...this.config, ...config }, identities, createLogger('lab', 'silent'));
    this.machines.push(machine);
    return machine;
  }

  blueprint(name: string, networks: NetworkId[] = [], change: Partial<ContainerBlueprint> = {}): ContainerBlueprint {
    const blueprint: ContainerBlueprint = {
      item: newId('itm'),
      node: newId('nod'),
      name: `${this.world.network.slice(-8)}-${name}`,
      image: this.config.zerotierImage,
      limits: { memoryMb: 256, pids: 128 },
      incarnation: 0,
      memberships: networks.map((network) => ({ network, settings: SETTINGS })),
      ...change,
    };
    this.scope.containers.push({ item: blueprint.item, node: blueprint.node, name: blueprint.name });
    return blueprint;
  }

  async network(pool = '10.77.0', change: object = {}): Promise<NetworkId> {
    const made = await this.controller.talk({
      method: 'POST',
      path: `/controller/network/${this.controller.identity.address}______`,
      body: {
        name: 'lab',
        private: true,
        v4AssignMode: { zt: true },
        ipAssignmentPools: [{ ipRangeStart: `${pool}.10`, ipRangeEnd: `${pool}.250` }],
        routes: [{ target: `${pool}.0/24` }, { target: pushedRoute(pool), via: `${pool}.1` }],
        ...change,
      },
    });
    return (made.body as { id: NetworkId }).id;
  }

  async authorize(network: NetworkId, node: NodeId, authorized = true): Promise<void> {
    const address = this.identities.held.get(node)?.address;
    await this.controller.talk({
      method: 'POST',
      path: `/controller/network/${network}/member/${address}`,
      body: { authorized },
    });
  }

  async do(step: Step, machine = this.machine): Promise<void> {
    const context = {
      signal: AbortSignal.timeout(60_000),
      progress: (stage: string) => void this.stages.push(stage),
    };
    await execute(machine.executors, step, context);
  }

  /** The error with which a step was refused. */
  async refusal(step: Step, machine = this.machine): Promise<StepError> {
    try {
      await this.do(step, machine);
    } catch (error) {
      if (error instanceof StepError) return error;
      throw error;
    }
    throw new Error(`${step.step} was carried out`);
  }

  /** Identity, container, start: the steps of a launch; returns the engine's ID. */
  async launch(blueprint: ContainerBlueprint, authorizeOn: NetworkId[] = []): Promise<string> {
    const { node, item, image } = blueprint;
    await this.do({ node, item, step: 'mint-identity', image });
    for (const network of authorizeOn) await this.authorize(network, node);
    await this.do({ node, item, step: 'create-container', blueprint });
    const engineId = await this.engineIdOf(blueprint);
    await this.do({ node, item, step: 'start-container', engineId });
    return engineId;
  }

  look(machine = this.machine): Promise<ObservedState> {
    return machine.observe(this.scope, AbortSignal.timeout(30_000));
  }

  async nodeOf({ node }: { node: NodeId }, machine = this.machine): Promise<ObservedNode> {
    const found = (await this.look(machine)).nodes.find((seen) => seen.node === node);
    if (!found) throw new Error('the node was not looked at');
    return found;
  }

  async containerOf({ item }: { item: string }, machine = this.machine) {
    const { containers } = await this.look(machine);
    return containers.known ? containers.value.filter((container) => container.item === item) : [];
  }

  async engineIdOf(blueprint: ContainerBlueprint): Promise<string> {
    const [found] = await this.containerOf(blueprint);
    if (!found) throw new Error('there is no container');
    return found.engineId;
  }

  /** The one address that the kernel has on the interface of a network. */
  addressOf(blueprint: { node: NodeId }, machine = this.machine): Promise<string> {
    return eventually(
      async () => {
        const { interfaces } = await this.nodeOf(blueprint, machine);
        return interfaces.known && interfaces.value.flatMap(({ addresses }) => addresses)[0];
      },
      { within: 15_000, every: 100, what: 'an address on the interface' },
    );
  }

  async close(): Promise<void> {
    const { docker } = this.world;
    const filters = { label: [`io.orrery.host=${this.config.host}`] };
    for (const { Id } of await docker.listContainers({ all: true, filters }))
      await docker.getContainer(Id).remove({ force: true, v: true });
    await Promise.all(this.machines.map((machine) => machine.close()));
    await this.world.close();
    await rm(this.folder, { recursive: true, force: true });
  }
}

const socketOf = ({ docker }: LabEngine): string => {
  const { socketPath } = docker.modem as { socketPath?: unknown };
  if (typeof socketPath !== 'string') throw new Error('the engine under test must be on a unix socket');
  return socketPath;
};
