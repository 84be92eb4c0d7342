import { unheardNodes } from '../pure/findings/findings-nodes.js';
import type { Item, ItemId, NodeId, ObservedState } from '@orrery/shared/contracts';
import { describeError, pause, type Logger, steadyNow, WakeablePause } from '@orrery/shared/runtime';
import type { Executors, Machine, MachineFacts, Step } from '@orrery/shared/machine';
import type { DesiredStore } from '../desired/desired-store.js';
import type { Probations } from '../guard/probations.js';
import { Flapping } from '../pure/flapping.js';
import { inventoryHash } from './inventory-hash.js';
import type { DoctorStanding } from '../pure/findings/found-cause.js';
import { allowedItems, denialsOf, denyWorkloads, mayStep, routesPolicy, type Denials } from '../pure/policy/denials.js';
import type { HostPolicy } from '../policy/host-policy.js';
import { routersOf } from '../pure/router/routers.js';
import { questionsOf, withAnswers } from '../pure/router/watching.js';
import { Lanes, type LaneReports } from './lanes.js';
import { factsUnder, membershipBefore, scopeOf, Looks, pauseMs, PAUSES, SteadyPolicy } from './looks.js';
import { plan } from '../pure/plan/plan.js';
import { type Reporter, type Standing, StageTeller } from './reporter.js';
import { KernelLacks, Retries } from './retries.js';
import { RouterWatches } from './router-watches.js';
import { intends, headStart, type WholeLook, ripeSteps } from '../pure/plan/ripe-steps.js';
import type { HeldPolicy } from '../pure/policy/policy.js';

export interface ReconcilerParts {
  hostNode: NodeId;
  machine: Machine;
  desired: DesiredStore;
  policy: HostPolicy;
  reporter: Reporter;
  logger: Logger;
  now?: () => number;
  retries?: Retries;
  /** Puts steps that may cut the connection to the API on trial; omitted: none is. */
  probations?: Probations;
  /** Milliseconds between two questions of a router; omitted: two seconds. */
  watchEveryMs?: number;
}

/** The last look, for the rest of the agent. */
export interface LastLook {
  observed: ObservedState;
  facts: MachineFacts;
  inventory: string;
}

/**
 * The one loop that owns this host: look, report what is new, plan, start lanes, repeat. It spans four files: this one,
 * looks.ts (what wakes it, what it looks at, how long it pauses), lanes.ts (runs steps) and reporter.ts (turns looks
 * into reports). Its decisions are in pure/.
 *
 * Invariants:
 * - Only this loop looks and plans, and it reports everything except the stages that steps reach.
 * - No lane runs two steps at once, and no step begins that is no longer desired.
 * - Nothing is concluded from what is unknown, or from a look that may be older than a step.
 * - Nothing is done that could not be reported: if the journal cannot be written, no new steps start.
 * - A host that is fenced, removed or paused only looks.
 */
export class Reconciler {
  readonly #pause = new WakeablePause();
  readonly #retries: Retries;
  readonly #now: () => number;
  readonly #lacks = new KernelLacks();
  readonly #flapping = new Flapping();
  readonly #stop = new AbortController();
  readonly #lanes: Lanes;
  readonly #watches: RouterWatches;
  #loop: Promise<void> | undefined;
  #last: LastLook | undefined;
  /** The last look, if everything that follows from it is done, including its report. */
  #whole: WholeLook | undefined;
  readonly #looks: Looks;
  readonly #steadyPolicy = new SteadyPolicy();
  #looked: () => void = () => undefined;
  #lastChange = 0;
  #denials: Denials = new Map();
  #seenRevisions = '';
  #clockSkewMs: number | undefined;
  #forgedAnswers: () => boolean = () => false;
  #doctor: () => DoctorStanding | undefined = () => undefined;
  /** Why the agent only observes: another agent has this identity, or the host was removed. */
  #watchesOnly: 'cloned' | 'removed' | undefined;
  /** Waits while a new container is being created. */
  #headStart = new WakeablePause();
  /** Lanes that became free during the look, which may have seen them before their last step ended. */
  #freedWhileLooking = new Set<NodeId>();

  constructor(private readonly parts: ReconcilerParts) {
    this.#now = parts.now ?? steadyNow;
    this.#looks = new Looks(parts.machine, this.#now);
    this.#retries = parts.retries ?? new Retries();
    this.#lanes = new Lanes(this.#executors(), this.#laneReports(), parts.logger, this.#stop.signal);
    const { machine, logger, watchEveryMs: everyMs } = parts;
    this.#watches = new RouterWatches({ machine, logger, everyMs, changed: (node) => this.#wakeAtOnce(node) });
  }

  start(): void {
    const { machine, desired, policy } = this.parts;
    this.#lastChange = this.#now();
    machine.watch((node) => (node ? this.#wakeAtOnce(node) : this.wake()), this.#stop.signal);
    desired.onChange(() => this.#wakeAtOnce());
    policy.watch(() => this.wake(), this.#stop.signal);
    this.#loop ??= this.#run();
  }

  /** Something may have changed, so look now. */
  wake(): void {
    this.#looks.wakings.somewhere();
    this.#stir();
  }

  #wakeAtOnce(node?: NodeId): void {
    this.#looks.wakings.awaited(node);
    this.#headStart.wake();
    this.#stir();
  }

  #stir(): void {
    this.#lastChange = this.#now();
    this.#pause.wake();
  }

  /** Aborts the running steps; resolves when they have ended. */
  async stop(): Promise<void> {
    this.#stop.abort(new Error('the agent is stopping'));
    await this.#loop;
    await Promise.all([this.#lanes.idle(), this.#watches.stop()]);
  }

  /** Another agent has this host's identity, so from now on only look and report. */
  fence(cause: string): void {
    if (this.#watchesOnly !== 'cloned')
      this.parts.logger.error({ event: 'agent.fenced', cause }, 'fenced: only observing');
    this.#watchesOnly = 'cloned';
    this.wake();
  }

  /** This host was removed, so its stored items are ignored until the API knows the host again. */
  standDown(): void {
    this.#watchesOnly ??= 'removed';
    this.wake();
  }

  /** The API knows this host (again). */
  resume(): void {
    if (this.#watchesOnly !== 'removed') return;
    this.#watchesOnly = undefined;
    this.wake();
  }

  set clockSkewMs(skew: number) {
    this.#clockSkewMs = skew;
  }

  /** Whether answers arrived recently that the API did not sign. */
  set forgedAnswers(ask: () => boolean) {
    this.#forgedAnswers = ask;
  }

  /** What the doctor saw last; undefined until it has looked. */
  set doctor(ask: () => DoctorStanding | undefined) {
    this.#doctor = ask;
  }

  /** Undefined before the first look. */
  get lastLook(): LastLook | undefined {
    return this.#last;
  }

  /** Calls `listener` after each look. */
  onLook(listener: () => void): void {
    const before = this.#looked;
    this.#looked = () => {
      before();
      listener();
    };
  }

  /** Whether steps are allowed and none is running. */
  get isAtRest(): boolean {
    return this.#mayAct && this.#lanes.busy === 0;
  }

  async #run(): Promise<void> {
    const { signal } = this.#stop;
    while (!signal.aborted) {
      const pauseFor = await this.#tick().catch((error: unknown) => {
        if (!signal.aborted)
          this.parts.logger.error(
            { event: 'reconciler.failed', cause: describeError(error) },
            'a pass of the reconciler failed; retrying',
          );
        return PAUSES.troubleMs;
      });
      await this.#pause.wait(pauseFor, signal);
      if (!this.#looks.wakings.isAwaited) await pause(PAUSES.crowdMs, signal);
    }
  }

  /** Looks once and acts on it; returns the pause until the next look. */
  async #tick(): Promise<number> {
    const { reporter, desired, policy, probations } = this.parts;
    this.#looks.begin();
    const items = desired.items;
    this.#retries.update(items.items);
    this.#noticeRevisions(items.items);
    this.#freedWhileLooking = new Set();
    const held = await policy.refresh();
    const steady = this.#steadyPolicy.of(held, this.#now());
    const scope = scopeOf(this.parts.hostNode, items.items, steady);
    // A look competes for the processor, so steps that were just begun go first.
    if (this.#startNew(items.items, held)) await this.#headStart.wait(PAUSES.headStartMs, this.#stop.signal);
    const isChanging = (node: NodeId) => this.#isChanging(node);
    const { observed: seen, possessions } = await this.#looks.look(scope, isChanging, this.#stop.signal);
    const looked = denyWorkloads(seen, steady);
    await probations?.observed(items.items, looked);
    const possessed = factsUnder(possessions, routesPolicy(held), probations?.rolledBack);
    if (this.#stop.signal.aborted) return 0;
    const denials = denialsOf(items.items, held, { observed: looked, ...possessed });
    const allowed = allowedItems(items.items, denials);
    const observed = this.#withAnswers(looked, allowed);
    const facts = { ...possessed, routers: routersOf(allowed, observed, possessed) };
    const inventory = inventoryHash(observed);
    if (inventory !== this.#last?.inventory) this.#lastChange = this.#now();
    this.#last = { observed, facts, inventory };
    this.#looked();
    this.#denials = denials;
    const now = this.#now();
    const flaps = this.#flapping.observed(observed.workloads, now);
    const lastError = ({ id }: Item) => this.#retries.lastError(id);
    const heldBack = new Set(items.paused ? plan(allowed, observed, facts).map(({ item }) => item) : []);
    const standing = await reporter.report({
      ...{ observed, desired: items, now },
      context: { items: items.items, observed, facts, lastError, isChanging, heldBack, denials, flaps },
      trouble: {
        tries: (item) => this.#retries.tries(item),
        clockSkewMs: this.#clockSkewMs,
        cloned: this.#watchesOnly === 'cloned',
        forgedAnswers: this.#forgedAnswers(),
        ...{ policy: { held, denials }, flaps, doctor: this.#doctor() },
      },
    });
    for (const item of items.items) this.#retries.observed(item, standing.outcomes.get(item.id)?.kind === 'done', now);
    const lacking = this.#lacks.observed(standing.outcomes, now);
    const known = { ...facts, lacksInKernel: (item: ItemId) => lacking.has(item) };
    const steps = this.#mayAct ? plan(allowed, observed, known) : [];
    this.#whole = { observed, facts, nodes: new Set(scope.containers.map(({ node }) => node)) };
    return this.#pace(standing, this.#startLanes(steps, observed, now));
  }

  get #mayAct(): boolean {
    return this.#watchesOnly === undefined && !this.parts.desired.items.paused;
  }

  /**
   * Answers are never older than the items that ask for them, so what is told with an outcome of a router is about its revision. A host that
   * is fenced or removed asks nothing.
   */
  #withAnswers(looked: ObservedState, allowed: readonly Item[]): ObservedState {
    const questions = this.#watchesOnly === undefined ? questionsOf(allowed, looked, this.#watches.questions) : [];
    this.#watches.ask(questions);
    return withAnswers(looked, this.#watches.answers);
  }

  /** Starts new containers without waiting for a full look; returns whether the look can wait for them. */
  #startNew(items: readonly Item[], held: HeldPolicy): boolean {
    const last = this.#whole;
    this.#whole = undefined;
    if (!last || !this.#mayAct || this.#stop.signal.aborted) return false;
    const denials = denialsOf(items, held, { observed: last.observed, ...last.facts });
    const allowed = allowedItems(items, denials);
    const facts = { ...last.facts, routers: routersOf(allowed, last.observed, last.facts) };
    const steps = headStart(allowed, { ...last, facts });
    if (steps.length === 0) return false;
    this.#denials = denials;
    this.#headStart = new WakeablePause();
    this.#startLanes(steps, last.observed, this.#now());
    // Do not delay the look if an identity is still to be generated: its node is authorized only once a look reports
    // it.
    return steps.every((step) => step.step !== 'mint-identity' || step.identity !== undefined);
  }

  #executors(): Executors {
    const { machine, desired, probations } = this.parts;
    const before = (step: Parameters<typeof membershipBefore>[2]) =>
      membershipBefore(desired.items.items, this.#last?.observed, step);
    return probations?.around(machine.executors, before) ?? machine.executors;
  }

  #noticeRevisions(items: readonly Item[]): void {
    const revisions = items.map(({ id, revision }) => `${id}@${revision}`).join();
    if (revisions !== this.#seenRevisions) this.#lastChange = this.#now();
    this.#seenRevisions = revisions;
  }

  /** Whether the last look may be older than the effect of a step. */
  #isChanging(node: NodeId): boolean {
    return this.#lanes.isBusy(node) || this.#freedWhileLooking.has(node);
  }

  /** Starts the steps that are due; returns the milliseconds until the next one is, if any must wait. */
  #startLanes(steps: readonly Step[], observed: ObservedState, now: number): number | undefined {
    const { items } = this.parts.desired.items;
    const nextAt = (step: Step) => Math.max(this.#retries.nextAt(step), this.#flapping.nextAt(step, items, observed));
    const free = steps.filter(({ node }) => !this.#isChanging(node));
    const { byNode, nextTryIn } = ripeSteps(free, nextAt, now);
    for (const [node, ripe] of byNode) this.#lanes.start(node, ripe);
    return nextTryIn;
  }

  #pace({ outcomes, unsettled }: Standing, nextTryIn: number | undefined): number {
    const waiting = [...outcomes.values()].filter(({ kind }) => kind === 'waiting').length;
    const quietFor = this.#now() - this.#lastChange;
    const { hintsAtAll } = this.parts.machine;
    // A node that has its address but has not heard from anybody is not settled either.
    const onTheWay = unsettled + (this.#last ? unheardNodes(this.#last.observed).length : 0);
    const pause = pauseMs({
      busyLanes: this.#lanes.busy,
      unsettled: onTheWay,
      waiting,
      quietFor,
      nextTryIn,
      hintsAtAll,
    });
    return this.parts.probations?.isAnyOnTrial ? Math.min(pause, PAUSES.onTrialMs) : pause;
  }

  #isWanted(step: Step): boolean {
    const { desired, probations } = this.parts;
    const { items } = desired.items;
    const item = items.find(({ id }) => id === step.item);
    return this.#mayAct && intends(item, step, probations?.rolledBack) && mayStep(step, items, this.#denials);
  }

  #laneReports(): LaneReports {
    const { reporter, desired, logger } = this.parts;
    const stages = new StageTeller(reporter, desired, logger);
    return {
      isWanted: (step) => this.#isWanted(step),
      started: (step) => {
        this.#retries.tried(step, this.#now());
        stages.started(step);
      },
      progress: (step, stage, detail) => stages.reached(step, stage, detail),
      worked: (step) => this.#retries.worked(step),
      failed: (step, error) => this.#retries.failed(step, error),
      freed: (node) => {
        this.#freedWhileLooking.add(node);
        this.#headStart.wake();
        this.wake();
      },
    };
  }
}
