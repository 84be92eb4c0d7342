import {
  explain,
  type NodeId,
  type NodeKind,
  type ObservedState,
  type ObservedWorkload,
  type Part,
  type Workload,
} from '@orrery/shared/contracts';
import { describeError } from '@orrery/shared/runtime';
import type { Logger } from '@orrery/shared/runtime';
import {
  type IdentityStore,
  type NodeSecrets,
  type ControllerApi,
  StepError,
  type Executors,
  type Hint,
  type Machine,
  type MachineEvidence,
  type MachineFacts,
  type Scope,
  type Step,
  type StepContext,
  type Prober,
} from '@orrery/shared/machine';
import { DockerEngine } from '../docker/docker-engine.js';
import type { InspectedContainer } from '../docker/inspected.js';
import { HeldInspects } from '../docker/held-inspects.js';
import { watchEngine, type Watcher } from '../docker/engine-events.js';
import { mintIdentity } from '../docker/identity-minter.js';
import { examineMachine } from './examine-machine.js';
import { HostGround } from './host-ground.js';
import { KernelView } from '../kernel/kernel-view.js';
import { RouterTables } from '../kernel/router-tables.js';
import { runTool, ToolMissing } from '../kernel/run-tool.js';
import { HostDaemon } from '../zerotier/host-daemon.js';
import { containerSteps } from './container-steps.js';
import { openController } from './open-controller.js';
import { openProber } from './open-prober.js';
import { ImageNames } from './image-names.js';
import { imageSteps } from './image-steps.js';
import { ManagedLists } from './managed-lists.js';
import { networkSteps } from './network-steps.js';
import { RouterGrounds, routerSteps } from './routers.js';
import { Observer } from './observer.js';
import { partOf } from './part.js';
import { StrangerTurns } from './stranger-turns.js';
import { Workloads } from './workloads.js';
import { findContainer, type RealMachineConfig, type RealMachineParts } from './real-machine-parts.js';

export type { RealMachineConfig } from './real-machine-parts.js';

/** The machine that this agent runs on: its Docker Engine, its own zerotier-one and its kernel. `eyes`: replacements for the views of the kernel. */
export function createRealMachine(
  config: RealMachineConfig,
  identities: IdentityStore,
  logger: Logger,
  eyes: Partial<Pick<RealMachineParts, 'kernel' | 'ground' | 'tables'>> = {},
): Machine {
  const kernel = new KernelView();
  return new RealMachine({
    config,
    identities,
    logger,
    engine: new DockerEngine(config.dockerSocket),
    hostDaemon: new HostDaemon({
      home: config.zerotierHome,
      port: config.zerotierPort,
      userTokenFile: config.userTokenFile,
    }),
    kernel,
    ground: new HostGround(config.ways ?? {}, kernel),
    tables: new RouterTables(),
    reach: { bridge: 'unknown' },
    workloadReach: { bridge: 'unknown' },
    takenAddresses: new Set(),
    turns: new StrangerTurns({ gapMs: config.strangerGapMs ?? 0, introduced: config.introduced ?? (() => false) }),
    ...eyes,
  });
}

class RealMachine implements Machine {
  readonly simulated = false;
  readonly executors: Executors;
  private readonly observer: Observer;
  private readonly images: ImageNames;
  private readonly events = { isFollowed: false };
  private readonly inspects: HeldInspects;
  private readonly closed = new AbortController();
  private hostNode: NodeId | undefined;
  private readonly workloads: Workloads;
  private readonly routerGrounds: RouterGrounds;
  private hint: Hint = () => undefined;

  constructor(private readonly parts: RealMachineParts) {
    const lists = new ManagedLists(parts.engine);
    this.images = new ImageNames(parts.engine);
    this.inspects = new HeldInspects(parts.engine.containers, this.events);
    this.workloads = new Workloads(parts, this.events);
    this.routerGrounds = new RouterGrounds(parts);
    this.observer = new Observer(parts, lists, this.inspects, this.workloads, (node) => this.hint(node));
    const executors: Executors = {
      ...containerSteps(parts, (node, inspect) => this.awaitAddresses(node, inspect)),
      ...imageSteps(parts, this.images),
      ...networkSteps(parts, lists),
      ...routerSteps(parts),
    };
    this.executors = after(executors, ({ node }) => {
      this.observer.forget(node);
      this.inspects.forget();
    });
  }

  observe(scope: Scope, signal: AbortSignal): Promise<ObservedState> {
    this.hostNode = scope.hostNode;
    return this.observer.observe(scope, signal);
  }

  glance(scope: Scope, node: NodeId, seen: ObservedState, signal: AbortSignal): Promise<ObservedState | undefined> {
    return this.observer.glance(scope, node, seen, signal);
  }

  findWorkloads(named: readonly Workload[], signal: AbortSignal): Promise<Part<ObservedWorkload[]>> {
    return partOf(this.workloads.lookFor(named, { signal }));
  }

  examine(scope: Scope, signal: AbortSignal): Promise<MachineEvidence> {
    return examineMachine(this.parts, scope, signal);
  }

  async facts({ hasRouters = false }: Scope): Promise<MachineFacts> {
    return {
      defaultImage: this.parts.config.zerotierImage,
      imagePresent: await this.images.present(),
      hasIdentity: (node) => this.parts.identities.has(node),
      isFree: (address) => this.parts.identities.isFree(address),
      ground: await this.parts.ground.look(),
      routerGround: await this.routerGrounds.look({ isNeeded: hasRouters }),
    };
  }

  watch(hint: Hint, signal: AbortSignal): void {
    this.hint = hint;
    const { engine, config, logger } = this.parts;
    const until = AbortSignal.any([signal, this.closed.signal]);
    const changed = () => {
      this.inspects.forget();
      hint();
    };
    this.parts.kernel.followHost(() => hint());
    const told: Watcher = {
      hint: changed,
      stale: (id) => this.workloads.forget(id),
      concerns: (container) => this.workloads.concerns(container),
      following: this.events,
    };
    watchEngine(engine.connection, config.host, told, logger, until).catch((error: unknown) =>
      logger.error({ event: 'docker.watch-ended', err: error }, 'no longer following events from Docker'),
    );
  }

  get hintsAtAll(): boolean {
    return this.events.isFollowed && this.observer.isFollowing;
  }

  get silentNodes(): ReadonlySet<NodeId> {
    return this.observer.silent;
  }

  private awaitAddresses(
    node: NodeId,
    { Id: engineId, State: { Pid: pid, StartedAt: startedAt } }: InspectedContainer,
  ) {
    void this.parts.kernel.follow({ engineId, pid, startedAt }, () => this.hint(node));
  }

  async mintAhead(signal: AbortSignal): Promise<NodeSecrets> {
    const { engine, config, turns } = this.parts;
    const secrets = await mintIdentity(engine, config.zerotierImage, config.host, { signal });
    turns.minted(secrets.address, { late: false });
    return secrets;
  }

  async logs(node: NodeId, tail: number): Promise<string> {
    if (node === this.hostNode) return hostLog(tail);
    const inspect = await findContainer(this.parts, node);
    if (!inspect) throw new StepError(explain('container-died/none'));
    return this.parts.engine.containers.logs(inspect.Id, tail);
  }

  controller(node: NodeId, kind: NodeKind, signal: AbortSignal): Promise<ControllerApi> {
    return openController(this.parts, node, kind, signal);
  }

  prober(node: NodeId, kind: NodeKind, signal: AbortSignal): Promise<Prober> {
    return openProber(this.parts, node, kind, signal);
  }

  close(): Promise<void> {
    this.closed.abort();
    this.parts.kernel.close();
    return Promise.resolve();
  }
}

/** The same steps, with a notification when each has ended, successfully or not. */
function after(executors: Executors, ended: (step: Step) => void): Executors {
  const told = Object.entries(executors).map(([name, run]) => [
    name,
    (step: never, context: StepContext) => run(step, context).finally(() => ended(step)),
  ]);
  return Object.fromEntries(told) as Executors;
}

/** The host's daemon logs to the systemd journal, if anywhere. */
async function hostLog(tail: number): Promise<string> {
  try {
    return await runTool(['journalctl', '-u', 'zerotier-one', '-n', String(tail), '--no-pager', '-o', 'short-iso'], '');
  } catch (error) {
    throw new StepError({
      ...explain(error instanceof ToolMissing ? 'unsupported/no-journal' : 'unexpected/host-log', {
        error: describeError(error),
      }),
      origin: error,
    });
  }
}
