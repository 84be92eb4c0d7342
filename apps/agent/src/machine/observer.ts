import {
  explain,
  explainAgain,
  type EngineInfo,
  type NodeId,
  type ObservedContainer,
  type ObservedNode,
  type ObservedRouter,
  type ObservedState,
  type ObservedWorkload,
  type Part,
} from '@orrery/shared/contracts';
import { StepError, type Scope } from '@orrery/shared/machine';
import { sweepThrowaways } from '../docker/identity-minter.js';
import type { InspectedContainer } from '../docker/inspected.js';
import type { RunInside } from '../docker/engine-exec.js';
import type { HeldInspects } from '../docker/held-inspects.js';
import { containerName, LABEL } from '../docker/labels.js';
import { forwards } from '../docker/profile-match.js';
import { observedContainer, withOneOwner } from '../docker/observed-container.js';
import { differs } from '../pure/diff/diff-lists.js';
import { allowManagedList } from '../pure/settings-file.js';
import { shareNetwork } from '../kernel/namespace.js';
import { whyEnded } from './ended-container.js';
import type { ManagedLists } from './managed-lists.js';
import { HeardNodes } from './heard-nodes.js';
import { observeAgain, observeNode, silentNode, type NodeLook } from './node-observer.js';
import { known, partOf, type unknown } from './part.js';
import { processOf } from './routers.js';
import { openContainer, type RealMachineParts } from './real-machine-parts.js';
import type { Workloads } from './workloads.js';
import type { DockerEngine } from '../docker/docker-engine.js';

/** Milliseconds within which the engine must answer; a later answer counts as unknown. */
const LOOK_MS = 4_000;
/** Number of nodes observed at the same time. */
const AT_ONCE = 8;
/** A healthy node without changes in its kernel is observed at most this often, however often others are. */
const CALM_MS = 2_000;
/** Every second look at a healthy node without changes asks its daemon for everything, if the one before is no older than this. */
const REST_MS = 30_000;

/** zerotier-one greets its roots about once a minute. */
const SILENT_MS = 75_000;

interface Found {
  observed: ObservedContainer;
  inspect: InspectedContainer;
}

/** A node that was seen healthy, with the values that would differ if it changed. */
interface Calm {
  inspect: InspectedContainer;
  changes: number;
  at: number;
  observed: ObservedNode;
  /** Its daemon was asked for everything, and not only for its networks. */
  isWhole: boolean;
}

/** Observes everything in a scope. Never throws: what cannot be seen is unknown, with its cause. */
export class Observer {
  private swept = false;
  private readonly version: EngineVersion;

  private readonly calm = new Map<NodeId, Calm>();
  private running: string[] = [];
  private readonly heard = new HeardNodes();
  /** Nodes that had not heard from anybody for a while when their peers were last asked for. */
  readonly silent = new Set<NodeId>();

  constructor(
    private readonly parts: RealMachineParts,
    private readonly lists: ManagedLists,
    private readonly inspects: HeldInspects,
    private readonly workloads: Workloads,
    private readonly changed: (node: NodeId) => void,
  ) {
    this.version = new EngineVersion(parts.engine);
  }

  /** Whether everything that is running reports its changes. */
  get isFollowing(): boolean {
    return this.parts.kernel.follows(this.running);
  }

  /** Called after a step on the node, which makes earlier observations of it worthless. */
  forget(node: NodeId): void {
    this.silent.delete(node);
    this.calm.delete(node);
  }

  async observe(scope: Scope, signal: AbortSignal): Promise<ObservedState> {
    const everything = partOf(this.find(scope, signal));
    const finding = everything.then((part) => (part.known ? known(part.value.found) : part));
    const listed = finding.then((part) => part.known);
    const [engine, all, found, host, containers] = await Promise.all([
      this.version.look(listed, { ms: LOOK_MS, signal }),
      everything,
      finding,
      this.hostNode(scope, signal),
      finding.then((part) => this.containerNodes(scope, part, signal)),
    ]);
    if (engine.known) await this.sweep(signal);
    return {
      engine,
      containers: found.known ? known(found.value.map(({ observed }) => observed)) : found,
      workloads: all.known ? known(all.value.workloads) : all,
      nodes: [host, ...containers],
    };
  }

  /** Undefined when the container is no longer running as it was at the full observation. */
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
    this.calm.delete(node);
    const now = await this.containerNode(wanted, known([{ observed, inspect }]), signal);
    return { ...seen, nodes: seen.nodes.map((one) => (one.node === node ? now : one)) };
  }

  /** Containers with this host's label, any with a name that the scope asks for, and the workloads. */
  private async find(scope: Scope, signal: AbortSignal): Promise<{ found: Found[]; workloads: ObservedWorkload[] }> {
    const { engine, config } = this.parts;
    const options = { ms: LOOK_MS, signal };
    const listedAt = performance.now();
    const former = config.formerHosts ?? [];
    const name = scope.containers.map((wanted) => `^/?${containerName(wanted.name)}$`);
    const lists = [
      ...[config.host, ...former].map((host) =>
        engine.containers.listed({ label: [`${LABEL.host}=${host}`] }, options),
      ),
      ...(name.length > 0 ? [engine.containers.listed({ name }, options)] : []),
    ];
    const looking = this.workloads.look(scope, options);
    looking.catch(() => undefined);
    const listed = new Map((await Promise.all(lists)).flat().map((one) => [one.Id, one]));
    const ids = new Set(listed.keys());
    this.lists.keep(ids);
    this.inspects.keep(ids);
    const inspected = await Promise.all([...listed.values()].map((one) => this.inspects.of(one, options)));
    this.running = inspected.flatMap((one) => (one?.State.Status === 'running' ? [one.Id] : []));
    this.parts.kernel.keep(new Set(this.running), listedAt);
    this.parts.tables.keep(new Set(this.running));
    const claims = inspected
      .flatMap((inspect) => {
        const observed = inspect && observedContainer(inspect, scope, config.host, config.dockerNetwork, former);
        return observed ? [{ observed, inspect }] : [];
      })
      .sort((left, right) => (left.observed.engineId < right.observed.engineId ? -1 : 1));
    const workloads = await looking;
    const found = await Promise.all(withOneOwner(claims).map((one) => this.placed(one)));
    return { found, workloads };
  }

  /** Marks the container of an attachment that runs where its workload no longer is, whatever the clock says. */
  private async placed(found: Found): Promise<Found> {
    const { inside, state } = found.observed;
    const holder = inside === undefined ? undefined : this.workloads.inspected(inside);
    if (!holder || state !== 'running') return found;
    const processOf = ({ Id: engineId, State: { Pid: pid } }: InspectedContainer) => ({ engineId, pid });
    const isShared = await shareNetwork(processOf(found.inspect), processOf(holder));
    return isShared === false ? { ...found, observed: { ...found.observed, apart: true } } : found;
  }

  private async hostNode({ hostNode }: Scope, signal: AbortSignal): Promise<ObservedNode> {
    const interfaces = this.parts.kernel.host(signal);
    interfaces.catch(() => undefined);
    try {
      const door = await this.parts.hostDaemon.open();
      const listOf = async (network: string) => allowManagedList(await door.settings.read(network, signal));
      return await observeNode(
        { node: hostNode, kind: 'host', door, interfaces, listOf, silence: this.silenceOf(hostNode) },
        signal,
      );
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
    const begun = performance.now();
    const calm = own && this.calmNode(node, own.inspect);
    if (calm && begun - calm.at <= CALM_MS) return calm.observed;
    const before = calm?.isWhole && begun - calm.at <= REST_MS && hasHeard(calm.observed) ? calm.observed : undefined;
    const changes = own && this.parts.kernel.changes(own.inspect.Id);
    const observed = await this.lookAt(node, { own, before }, signal);
    this.calm.delete(node);
    if (own && changes !== undefined && isWell(observed))
      this.calm.set(node, { inspect: own.inspect, changes, at: begun, observed, isWhole: before === undefined });
    return observed;
  }

  private silenceOf(node: NodeId): NonNullable<NodeLook['silence']> {
    return (ms) => void (ms !== null && ms < SILENT_MS ? this.silent.delete(node) : this.silent.add(node));
  }

  /** What was last seen of a node if it was well, runs since then, and its kernel has not changed. */
  private calmNode(node: NodeId, { Id, State }: InspectedContainer): Calm | undefined {
    const held = this.calm.get(node);
    if (held?.inspect.Id !== Id) return undefined;
    const { Status, StartedAt, Pid } = held.inspect.State;
    const isSame = Status === State.Status && StartedAt === State.StartedAt && Pid === State.Pid;
    return isSame && held.changes === this.parts.kernel.changes(Id) ? held : undefined;
  }

  /** `before`: the node as it was seen while it rested; its networks and its kernel are then enough. */
  private async lookAt(
    node: NodeId,
    { own, before }: { own: Found | undefined; before: ObservedNode | undefined },
    signal: AbortSignal,
  ): Promise<ObservedNode> {
    const interfaces = this.interfacesOf(node, own?.inspect, signal);
    interfaces.catch(() => undefined);
    try {
      const holder = own?.observed.inside === undefined ? undefined : this.workloads.inspected(own.observed.inside);
      const door = await openContainer(this.parts, node, own?.inspect, holder);
      const inspect = (own as Found).inspect;
      const listOf = (network: string) => this.lists.of(inspect, network, signal);
      const { StartedAt: startedAt, FinishedAt } = inspect.State;
      const isRenewed = inspect.Config.Labels[LABEL.renewed] !== undefined;
      const start = { node, startedAt, isFirstStart: !isRenewed && !(Date.parse(FinishedAt) > 0) };
      const heard: NodeLook['heard'] = (seen) => this.heard.look({ ...start, ...seen });
      const look: NodeLook = {
        node,
        kind: 'container',
        door,
        interfaces,
        listOf,
        heard,
        silence: this.silenceOf(node),
        router: this.routerOf(inspect, signal),
      };
      return before ? await observeAgain(look, before, signal) : await observeNode(look, signal);
    } catch (error) {
      const died = error instanceof StepError && error.code === 'container-died' && own?.observed.startedAt;
      const cause = died ? await whyEnded(this.parts.engine, own.inspect, signal) : error;
      return silentNode(node, 'container', cause, interfaces);
    }
  }

  /** A container that is not running has no namespace, and so no interfaces: that is known. */
  private async interfacesOf(node: NodeId, inspect: InspectedContainer | undefined, signal: AbortSignal) {
    const { engine, kernel } = this.parts;
    if (inspect?.State.Status === 'paused') throw pausedError(inspect.Name.slice(1));
    if (inspect?.State.Status !== 'running') return [];
    const { Id: engineId, State } = inspect;
    const run: RunInside = (command, late) => engine.exec(engineId, command, { signal: late });
    const namespace = { engineId, pid: State.Pid, startedAt: State.StartedAt, run };
    return kernel.container(namespace, () => this.changed(node), signal);
  }

  /** Undefined: it is no router. */
  private async routerOf(inspect: InspectedContainer, signal: AbortSignal): Promise<ObservedRouter | undefined> {
    if (!forwards(inspect) || inspect.State.Status !== 'running') return undefined;
    return this.parts.tables.look(processOf(inspect), signal);
  }

  /** Runs once, at the first observation that reaches the engine: removes what a killed agent left behind. */
  private async sweep(signal: AbortSignal): Promise<void> {
    if (this.swept) return;
    try {
      const left = await sweepThrowaways(this.parts.engine, this.parts.config.host, { signal });
      this.swept = true;
      if (left > 0) this.parts.logger.info({ event: 'docker.swept', left }, 'removed leftover containers');
    } catch (error) {
      this.parts.logger.warn({ event: 'docker.sweep-failed', err: error }, 'cannot remove leftover containers');
    }
  }
}

/** Its daemon answers, is in all its networks, and its kernel can be seen. */
const isWell = ({ daemon, memberships, interfaces }: ObservedNode): boolean =>
  daemon.known && interfaces.known && memberships.known && memberships.value.every(({ status }) => status === 'OK');

const hasHeard = ({ daemon }: ObservedNode): boolean => daemon.known && daemon.value.heard !== false;

const pausedError = (container: string) =>
  new StepError({ ...explain('container-paused/container', { container }), transient: true });

const asStepError = (found: ReturnType<typeof unknown>) => new StepError({ ...explainAgain(found), transient: true });

/** To report its versions, the engine starts `runc` and `docker-init` on each request (Docker 26), though they hardly ever change. */
const FRESH_MS = 60_000;
/** Limit when the engine has just failed at something else. */
const DOUBTFUL_MS = 1_000;

/** Whether there is an engine, and its version. If it has just listed its containers it is there, and is asked once a minute. */
export class EngineVersion {
  private held: { info: Part<EngineInfo> & { known: true }; until: number } | undefined;

  constructor(private readonly engine: Pick<DockerEngine, 'info'>) {}

  /** `listed`: whether the engine listed its containers, once that is known. Never throws. */
  async look(listed: Promise<boolean>, { ms, signal }: { ms: number; signal: AbortSignal }): Promise<Part<EngineInfo>> {
    const held = this.held && this.held.until > performance.now() ? this.held : undefined;
    if (held && (await listed)) return held.info;
    this.held = undefined;
    const info = await partOf(this.engine.info({ ms: held ? DOUBTFUL_MS : ms, signal }));
    if (info.known) this.held = { info, until: performance.now() + FRESH_MS };
    return info;
  }
}
