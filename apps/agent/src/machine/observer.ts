import {
  explain,
  explainAgain,
  type EngineInfo,
  type NodeId,
  type ObservedContainer,
  type ObservedNode,
  type ObservedState,
  type Part,
} from '@orrery/shared/contracts';
import { StepError, type Scope } from '@orrery/shared/machine';
import { sweepThrowaways } from '../docker/identity-minter.js';
import type { InspectedContainer } from '../docker/inspected.js';
import { containerName, LABEL } from '../docker/labels.js';
import { observedContainer, withOneOwner } from '../docker/observed-container.js';
import { differs } from '../pure/diff/diff-lists.js';
import { allowManagedList } from '../pure/settings-file.js';
import { whyEnded } from './ended-container.js';
import type { ManagedLists } from './managed-lists.js';
import { HeardNodes } from './heard-nodes.js';
import { observeNode, silentNode, type NodeLook } from './node-observer.js';
import { known, partOf, type unknown } from './part.js';
import { openContainer, type RealMachineParts } from './real-machine-parts.js';
import type { DockerEngine } from '../docker/docker-engine.js';

/** Milliseconds within which the engine has to answer a look; later is unknown. */
const LOOK_MS = 4_000;
/** Nodes that are looked at at the same time. */
const AT_ONCE = 8;

interface Found {
  observed: ObservedContainer;
  inspect: InspectedContainer;
}

/** Looks at everything that a scope names. Never throws: what cannot be seen is unknown, with its cause. */
export class Observer {
  private swept = false;
  private readonly version: EngineVersion;

  private readonly heard = new HeardNodes();

  constructor(
    private readonly parts: RealMachineParts,
    private readonly lists: ManagedLists,
  ) {
    this.version = new EngineVersion(parts.engine);
  }

  async observe(scope: Scope, signal: AbortSignal): Promise<ObservedState> {
    const finding = partOf(this.find(scope, signal));
    const listed = finding.then((part) => part.known);
    const [engine, found, host, containers] = await Promise.all([
      this.version.look(listed, { ms: LOOK_MS, signal }),
      finding,
      this.hostNode(scope, signal),
      finding.then((part) => this.containerNodes(scope, part, signal)),
    ]);
    if (engine.known) await this.sweep(signal);
    return {
      engine,
      containers: found.known ? known(found.value.map(({ observed }) => observed)) : found,
      nodes: [host, ...containers],
    };
  }

  /** Undefined when the container does not run as it did when all was looked at. */
  async glance(
    scope: Scope,
    node: NodeId,
    seen: ObservedState,
    signal: AbortSignal,
  ): Promise<ObservedState | undefined> {
    const { engine, config } = this.parts;
    const wanted = scope.containers.find((one) => one.node === node);
    const before = seen.containers.known
      ? seen.containers.value.find(({ item, ours }) => ours && item === wanted?.item)
      : undefined;
    if (!wanted || !before) return undefined;
    const inspect = await engine.containers.inspect(before.engineId, { ms: LOOK_MS, signal }).catch(() => undefined);
    const observed =
      inspect && observedContainer(inspect, scope, config.host, config.dockerNetwork, config.formerHosts);
    if (!observed || differs(observed, before)) return undefined;
    const now = await this.containerNode(wanted, known([{ observed, inspect }]), signal);
    return { ...seen, nodes: seen.nodes.map((one) => (one.node === node ? now : one)) };
  }

  /** Containers with this host's label, and whatever has a name that the scope asks for. */
  private async find(scope: Scope, signal: AbortSignal): Promise<Found[]> {
    const { engine, config } = this.parts;
    const options = { ms: LOOK_MS, signal };
    const former = config.formerHosts ?? [];
    const name = scope.containers.map((wanted) => `^/?${containerName(wanted.name)}$`);
    const lists = [
      ...[config.host, ...former].map((host) => engine.containers.list({ label: [`${LABEL.host}=${host}`] }, options)),
      ...(name.length > 0 ? [engine.containers.list({ name }, options)] : []),
    ];
    const ids = new Set((await Promise.all(lists)).flat());
    this.lists.keep(ids);
    const inspected = await Promise.all([...ids].map((id) => engine.containers.inspect(id, options)));
    const claims = inspected
      .flatMap((inspect) => {
        const observed = inspect && observedContainer(inspect, scope, config.host, config.dockerNetwork, former);
        return observed ? [{ observed, inspect }] : [];
      })
      .sort((left, right) => (left.observed.engineId < right.observed.engineId ? -1 : 1));
    return withOneOwner(claims);
  }

  private async hostNode({ hostNode }: Scope, signal: AbortSignal): Promise<ObservedNode> {
    const interfaces = this.parts.kernel.host(signal);
    interfaces.catch(() => undefined);
    try {
      const door = await this.parts.hostDaemon.open();
      const listOf = async (network: string) => allowManagedList(await door.settings.read(network, signal));
      return await observeNode({ node: hostNode, kind: 'host', door, interfaces, listOf }, signal);
    } catch (error) {
      return silentNode(hostNode, 'host', error, interfaces);
    }
  }

  private async containerNodes(scope: Scope, found: Part<Found[]>, signal: AbortSignal): Promise<ObservedNode[]> {
    const nodes: ObservedNode[] = [];
    for (let at = 0; at < scope.containers.length; at += AT_ONCE) {
      const some = scope.containers.slice(at, at + AT_ONCE);
      nodes.push(...(await Promise.all(some.map((wanted) => this.containerNode(wanted, found, signal)))));
    }
    return nodes;
  }

  private async containerNode(
    { item, node }: Scope['containers'][number],
    found: Part<Found[]>,
    signal: AbortSignal,
  ): Promise<ObservedNode> {
    if (!found.known) {
      const cause = Promise.reject(asStepError(found));
      cause.catch(() => undefined);
      return silentNode(node, 'container', asStepError(found), cause);
    }
    const own = found.value.find(({ observed }) => observed.ours && observed.item === item);
    const interfaces = this.interfacesOf(own?.inspect, signal);
    interfaces.catch(() => undefined);
    try {
      const door = await openContainer(this.parts, node, own?.inspect);
      const inspect = (own as Found).inspect;
      const listOf = (network: string) => this.lists.of(inspect, network, signal);
      const { StartedAt: startedAt, FinishedAt } = inspect.State;
      const start = { node, startedAt, isFirstStart: !(Date.parse(FinishedAt) > 0) };
      const heard: NodeLook['heard'] = (peers, received) => this.heard.look({ ...start, peers, received });
      return await observeNode({ node, kind: 'container', door, interfaces, listOf, heard }, signal);
    } catch (error) {
      const died = error instanceof StepError && error.code === 'container-died' && own?.observed.startedAt;
      const cause = died ? await whyEnded(this.parts.engine, own.inspect, signal) : error;
      return silentNode(node, 'container', cause, interfaces);
    }
  }

  /** Where nothing runs there is no namespace, and so no interface: that is known. */
  private async interfacesOf(inspect: InspectedContainer | undefined, signal: AbortSignal) {
    const { engine, kernel } = this.parts;
    if (inspect?.State.Status === 'paused') throw pausedError(inspect.Name.slice(1));
    if (inspect?.State.Status !== 'running') return [];
    const id = inspect.Id;
    return kernel.container(
      { engineId: id, pid: inspect.State.Pid, run: (command, late) => engine.exec(id, command, { signal: late }) },
      signal,
    );
  }

  /** Once, at the first look that finds the engine: what a killed agent left of its work. */
  private async sweep(signal: AbortSignal): Promise<void> {
    if (this.swept) return;
    try {
      const left = await sweepThrowaways(this.parts.engine, this.parts.config.host, { signal });
      this.swept = true;
      if (left > 0) this.parts.logger.info({ event: 'docker.swept', left }, 'removed left-over containers');
    } catch (error) {
      this.parts.logger.warn({ event: 'docker.sweep-failed', err: error }, 'left-over containers could not be removed');
    }
  }
}

const pausedError = (container: string) =>
  new StepError({ ...explain('container-paused/container', { container }), transient: true });

const asStepError = (found: ReturnType<typeof unknown>) => new StepError({ ...explainAgain(found), transient: true });

/** To tell its versions the engine starts `runc` and `docker-init`, each time that it is asked (Docker 26): they hardly ever change. */
const FRESH_MS = 60_000;
/** When it has just failed at something else. */
const DOUBTFUL_MS = 1_000;

/** Whether there is an engine, and which. One that has just shown its containers is there: it is then asked once a minute. */
export class EngineVersion {
  private held: { info: Part<EngineInfo> & { known: true }; until: number } | undefined;

  constructor(private readonly engine: Pick<DockerEngine, 'info'>) {}

  /** `listed`: whether it has shown its containers, when that is known. Never throws. */
  async look(listed: Promise<boolean>, { ms, signal }: { ms: number; signal: AbortSignal }): Promise<Part<EngineInfo>> {
    const held = this.held && this.held.until > performance.now() ? this.held : undefined;
    if (held && (await listed)) return held.info;
    this.held = undefined;
    const info = await partOf(this.engine.info({ ms: held ? DOUBTFUL_MS : ms, signal }));
    if (info.known) this.held = { info, until: performance.now() + FRESH_MS };
    return info;
  }
}
