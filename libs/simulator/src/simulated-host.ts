import { randomBytes } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { explain, type MembershipSettings, type NetworkId, type NodeId } from '@orrery/shared/contracts';
import { describeError, type Logger, steadyNow } from '@orrery/shared/runtime';
import { StepError } from '@orrery/shared/machine';
import { keptController, restoredController, storedController } from './kept-controller.js';
import type { Controller } from './model/controller.js';
import type { Daemon } from './model/daemon.js';
import { IDENTITY_BYTES, identityFrom, parseIdentity } from './model/identity.js';
import { MemoryWorld } from './model/memory-world.js';
import type { Timing } from './model/timing.js';
import { SharedWorld } from './shared-world/shared-world.js';
import {
  readSimulatedState,
  SimulatedStateFile,
  type SimulatedContainer,
  type SimulatedDaemon,
  type SimulatedState,
} from './simulated-state.js';

export interface SimulatedHostOptions {
  home: string;
  logger: Logger;
  timing?: Partial<Timing>;
  now?: () => number;
  /** Folder in which simulated hosts find each other; without it this host is alone. */
  world?: string | undefined;
}

/** A host that exists in memory and in one file: an engine's containers, and the zerotier-ones of the model. */
export class SimulatedHost {
  readonly #file: SimulatedStateFile;
  readonly #now: () => number;

  private constructor(
    private readonly options: SimulatedHostOptions,
    readonly state: SimulatedState,
    readonly world: MemoryWorld,
    private readonly shared: SharedWorld | null,
  ) {
    this.#file = new SimulatedStateFile(options.home);
    this.#now = options.now ?? steadyNow;
  }

  /** Whatever was running when the agent stopped is still running, because only the agent was gone, not the host. */
  static async open(options: SimulatedHostOptions): Promise<SimulatedHost> {
    const { timing = {} } = options;
    const now = (options.now ?? steadyNow)();
    const state = (await readSimulatedState(options.home)) ?? newState();
    const controllers = state.controllers as Record<string, Controller>;
    const elsewhere = await openSharedWorld(options, state);
    const host = new SimulatedHost(options, state, new MemoryWorld({ now, timing, controllers, elsewhere }), elsewhere);
    host.startDaemon(state.host);
    for (const { state: runs, daemon } of state.containers) if (runs === 'running') host.startDaemon(daemon);
    await host.save();
    await elsewhere?.listen(
      (message) => host.world.receive(message, host.#now()),
      (network, ip) => host.world.hasAddress(network, ip),
    );
    return host;
  }

  /** Advances the time to now. */
  async advance(): Promise<void> {
    this.world.advance(this.#now());
    await this.#applyAuthorizations();
  }

  startDaemon({ identityPublic, token, files, controller: kept }: SimulatedDaemon): void {
    const identity = parseIdentity(identityPublic);
    if (!identity) return;
    const controller = kept && restoredController(identity.address, kept, this.options.timing);
    this.world.start({ identity, token, networkFiles: files, ...(controller && { controller }) });
  }

  stopDaemon(daemon: SimulatedDaemon): void {
    const address = addressOf(daemon);
    daemon.controller = storedController(this.world.controllerAt(address));
    daemon.files = this.world.stop(address);
  }

  daemon(daemon: SimulatedDaemon): Daemon {
    return this.world.daemon(addressOf(daemon));
  }

  /** The daemon of a node: a running container's, or the host's own. */
  daemonOf(node: NodeId): SimulatedDaemon | undefined {
    const container = this.state.containers.find((one) => one.node === node);
    return container ? (container.state === 'running' ? container.daemon : undefined) : this.state.host;
  }

  container(engineId: string): SimulatedContainer | undefined {
    return this.state.containers.find((one) => one.engineId === engineId);
  }

  /** Joins through the local API, as on a real host. */
  join(daemon: SimulatedDaemon, network: NetworkId, settings: MembershipSettings): void {
    if (Array.isArray(settings.allowManaged)) return this.#rewriteSettings(daemon, network, settings);
    this.#request(daemon, 'POST', network, JSON.stringify(settings));
  }

  leave(daemon: SimulatedDaemon, network: NetworkId): void {
    this.#request(daemon, 'DELETE', network);
  }

  configure(daemon: SimulatedDaemon, network: NetworkId, settings: MembershipSettings): void {
    const had = this.daemon(daemon).memberships[network]?.settings.allowManagedOnly.length ?? 0;
    if (had > 0 || Array.isArray(settings.allowManaged)) this.#rewriteSettings(daemon, network, settings);
    else this.#request(daemon, 'POST', network, JSON.stringify(settings));
  }

  /** Whether any node, of this host or another of its world, has the address in the network. */
  async reaches(network: string, ip: string, withinMs: number): Promise<boolean> {
    await this.advance();
    return this.world.hasAddress(network, ip) || (await this.shared?.isElsewhere(network, ip, withinMs)) === true;
  }

  async save(): Promise<void> {
    const { state, world } = this;
    state.controllers = world.controllers();
    for (const daemon of [state.host, ...running(state)]) {
      daemon.files = world.networkFiles(addressOf(daemon));
      daemon.controller = keptController(world.controllerAt(addressOf(daemon)));
    }
    await this.#file.save(state);
  }

  async close(): Promise<void> {
    await this.shared?.close();
    await this.save();
  }

  #request(daemon: SimulatedDaemon, method: string, network: NetworkId, body?: string): void {
    const headers = { 'x-zt1-auth': daemon.token };
    const request = { method, path: `/network/${network}`, headers, ...(body === undefined ? {} : { body }) };
    const answer = this.world.handle(addressOf(daemon), request);
    if (answer?.status !== 200)
      throw new StepError({
        ...explain('daemon-unreachable', {
          cause: `the simulated zerotier-one answered ${answer?.status ?? 'nothing'}`,
        }),
        transient: true,
      });
  }

  /** A list of prefixes is read from its file only at the start, so the daemon is restarted (docs/zerotier-facts.md#joining). */
  #rewriteSettings(daemon: SimulatedDaemon, network: NetworkId, settings: MembershipSettings): void {
    this.stopDaemon(daemon);
    daemon.files = { ...daemon.files, ...settingsFiles(network, settings, daemon.files[`${network}.conf`]) };
    this.startDaemon(daemon);
  }

  /**
   * How a person authorizes nodes on simulated private networks: a file `authorized/<network>` in the state folder authorizes every node,
   * `authorized/<network>-<address>` a single one.
   */
  async #applyAuthorizations(): Promise<void> {
    const names = await readdir(join(this.options.home, 'authorized')).catch(() => []);
    const allowed = new Set(names);
    for (const simulated of [this.state.host, ...running(this.state)]) {
      const daemon = this.daemon(simulated);
      for (const [network, membership] of Object.entries(daemon.memberships)) {
        const { address } = daemon.identity;
        const isAllowed = allowed.has(network) || allowed.has(`${network}-${address}`);
        if (isAllowed && membership.refusal?.code === 'ACCESS_DENIED') this.#authorize(network, address);
      }
    }
  }

  #authorize(network: string, address: string): void {
    try {
      this.world.authorize(network, address);
    } catch (error) {
      this.options.logger.warn({ event: 'simulated.not-authorized', network, cause: describeError(error) });
    }
  }
}

export const addressOf = ({ identityPublic }: SimulatedDaemon): string => identityPublic.slice(0, 10);

/** `networks.d` for a network that should exist from the start. */
export function settingsFiles(
  network: NetworkId,
  { allowManaged, ...flags }: MembershipSettings,
  conf = '',
): Record<string, string> {
  const managed = Array.isArray(allowManaged) ? allowManaged.join(',') : allowManaged ? '1' : '0';
  const lines = Object.entries(flags).map(([key, value]) => `${key}=${value ? '1' : '0'}\n`);
  return { [`${network}.conf`]: conf, [`${network}.local.conf`]: `allowManaged=${managed}\n${lines.join('')}` };
}

async function openSharedWorld({ world, logger }: SimulatedHostOptions, state: SimulatedState) {
  if (world === undefined) return null;
  const { host, membersElsewhere: members } = state;
  return SharedWorld.open({ folder: world, host: addressOf(host), members, logger });
}

const running = ({ containers }: SimulatedState): SimulatedDaemon[] =>
  containers.filter(({ state }) => state === 'running').map(({ daemon }) => daemon);

export const newToken = (): string => randomBytes(12).toString('hex');

function newState(): SimulatedState {
  const { identity } = identityFrom(randomBytes(IDENTITY_BYTES));
  const host = { identityPublic: identity.public, token: newToken(), files: {} };
  return { images: [], host, containers: [], controllers: {}, membersElsewhere: {} };
}
