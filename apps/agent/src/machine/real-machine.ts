import { explain, type NodeId, type NodeKind, type ObservedState } from '@orrery/shared/contracts';
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
  type MachineFacts,
  type Scope,
  type Prober,
} from '@orrery/shared/machine';
import { DockerEngine } from '../docker/docker-engine.js';
import type { InspectedContainer } from '../docker/inspected.js';
import { watchEngine } from '../docker/engine-events.js';
import { mintIdentity } from '../docker/identity-minter.js';
import { HostGround } from './host-ground.js';
import { KernelView } from '../kernel/kernel-view.js';
import { runTool, ToolMissing } from '../kernel/run-tool.js';
import { HostDaemon } from '../zerotier/host-daemon.js';
import { containerSteps } from './container-steps.js';
import { openController } from './open-controller.js';
import { openProber } from './open-prober.js';
import { ImageNames } from './image-names.js';
import { imageSteps } from './image-steps.js';
import { ManagedLists } from './managed-lists.js';
import { networkSteps } from './network-steps.js';
import { Observer } from './observer.js';
import { StrangerTurns } from './stranger-turns.js';
import { findContainer, type RealMachineConfig, type RealMachineParts } from './real-machine-parts.js';

export type { RealMachineConfig } from './real-machine-parts.js';

/** The machine that this agent really runs on: its Docker Engine, its own zerotier-one and its kernel. `eyes`: other looks at the kernel. */
export function createRealMachine(
  config: RealMachineConfig,
  identities: IdentityStore,
  logger: Logger,
  eyes: Partial<Pick<RealMachineParts, 'kernel' | 'ground'>> = {},
): Machine {
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
    kernel: new KernelView(),
    ground: new HostGround(config.ways ?? {}),
    reach: { bridge: 'unknown' },
    turns: new StrangerTurns({ gapMs: config.strangerGapMs ?? 0, introduced: config.introduced ?? (() => false) }),
    ...eyes,
  });
}

class RealMachine implements Machine {
  readonly simulated = false;
  readonly executors: Executors;
  private readonly observer: Observer;
  private readonly images: ImageNames;
  private readonly closed = new AbortController();
  private hostNode: NodeId | undefined;
  private hint: Hint = () => undefined;

  constructor(private readonly parts: RealMachineParts) {
    const lists = new ManagedLists(parts.engine);
    this.images = new ImageNames(parts.engine);
    this.observer = new Observer(parts, lists);
    this.executors = {
      ...containerSteps(parts, (node, inspect) => this.awaitAddresses(node, inspect)),
      ...imageSteps(parts, this.images),
      ...networkSteps(parts, lists),
    };
  }

  observe(scope: Scope, signal: AbortSignal): Promise<ObservedState> {
    this.hostNode = scope.hostNode;
    return this.observer.observe(scope, signal);
  }

  glance(scope: Scope, node: NodeId, seen: ObservedState, signal: AbortSignal): Promise<ObservedState | undefined> {
    return this.observer.glance(scope, node, seen, signal);
  }

  async facts(): Promise<MachineFacts> {
    return {
      defaultImage: this.parts.config.zerotierImage,
      imagePresent: await this.images.present(),
      hasIdentity: (node) => this.parts.identities.has(node),
      isFree: (address) => this.parts.identities.isFree(address),
      ground: await this.parts.ground.look(),
    };
  }

  watch(hint: Hint, signal: AbortSignal): void {
    this.hint = hint;
    const { engine, config, logger } = this.parts;
    const until = AbortSignal.any([signal, this.closed.signal]);
    watchEngine(engine.connection, config.host, () => hint(), logger, until).catch((error: unknown) =>
      logger.error({ event: 'docker.watch-ended', err: error }, 'events from Docker are no longer followed'),
    );
  }

  private awaitAddresses(node: NodeId, { Id: engineId, State: { Pid: pid } }: InspectedContainer): void {
    void this.parts.kernel.hints({ engineId, pid }, () => this.hint(node), this.closed.signal);
  }

  mintAhead(signal: AbortSignal): Promise<NodeSecrets> {
    const { engine, config } = this.parts;
    return mintIdentity(engine, config.zerotierImage, config.host, { signal });
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
    return Promise.resolve();
  }
}

/** The host's daemon logs to the journal of systemd, if anywhere. */
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
