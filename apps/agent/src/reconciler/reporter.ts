import {
  explain,
  type AgentFact,
  type Item,
  type ItemId,
  type NodeId,
  type ObservedState,
  type Outcome,
  type Stage,
  isOfContainer,
} from '@orrery/shared/contracts';
import { describeError, type Logger } from '@orrery/shared/runtime';
import type { Step, StepName } from '@orrery/shared/machine';
import type { DesiredItems } from '../desired/desired-items.js';
import type { Journal } from '../journal/journal.js';
import type { Memory } from '../pure/memory.js';
import { diff } from '../pure/diff/diff.js';
import { differs } from '../pure/diff/diff-lists.js';
import { findCauses } from '../pure/findings/findings.js';
import type { FindingsInput } from '../pure/findings/found-cause.js';
import { Holds } from '../pure/holds.js';
import { inOrder, inventoryHash } from './inventory-hash.js';
import { ToldPaths } from '../pure/diff/told-paths.js';
import { needsSnapshot, remember } from '../pure/diff/remember.js';
import { tellFindings } from '../pure/findings/tell-findings.js';
import { underPressure } from '../pure/diff/under-pressure.js';
import type { AssessContext } from '../pure/assess/assess-context.js';
import { assess } from '../pure/assess/assess.js';
import { failed } from '../pure/assess/outcomes.js';
import { isOfPresentContainer } from '../pure/plan/plan-container.js';
import { reachedStages, type ReachedStage } from '../pure/assess/stages.js';
import { tell, type ItemReport } from '../pure/assess/tell.js';
import type { DesiredStore } from '../desired/desired-store.js';

/** One look at the host, with everything needed to judge it. */
export interface Look {
  observed: ObservedState;
  desired: DesiredItems;
  context: AssessContext;
  trouble: Pick<FindingsInput, 'tries' | 'clockSkewMs' | 'cloned' | 'forgedAnswers' | 'policy' | 'flaps' | 'doctor'>;
  now: number;
}

/** The state of the items after a look. */
export interface Standing {
  /** The last reported outcomes; items without one are not in it. */
  outcomes: ReadonlyMap<ItemId, Outcome>;
  /** Number of items without a final outcome: on their way, or not yet stable for long enough. */
  unsettled: number;
}

/** Turns looks into reports. Everything new, and the memory that it was reported, is stored in one write. */
export class Reporter {
  readonly #outcomeHolds = new Holds<ItemId>();
  readonly #findingHolds = new Holds<string>();
  readonly #paths = new ToldPaths();
  #progress: { item: ItemId; reached: ReachedStage }[] = [];
  #firstFacts: AgentFact[];
  #wantsSnapshot = true;

  constructor(
    private readonly journal: Journal,
    started: AgentFact,
    /** Nodes that this machine created while it was another host. */
    private readonly formerNodes: ReadonlySet<NodeId> = new Set(),
  ) {
    this.#firstFacts = [started];
  }

  /** Records a stage that a step has reached; it is reported with the next look at the latest. */
  progress(item: ItemId, stage: Stage, detail: string): void {
    const isKnown = this.#progress.some((one) => one.item === item && one.reached.stage === stage);
    if (!isKnown) this.#progress.push({ item, reached: { stage, detail } });
  }

  /** Reports the stages that steps have reached, without a look. */
  async tellProgress(items: readonly Item[]): Promise<void> {
    const progress = [...this.#progress];
    const reports = items.flatMap(({ id, revision }): ItemReport[] => {
      const stages = progress.filter(({ item }) => item === id).map(({ reached }) => reached);
      return stages.length > 0 ? [{ item: id, revision, outcome: undefined, stages }] : [];
    });
    // Before the first look, the agent has not yet reported its own start.
    if (reports.length === 0 || this.#firstFacts.length > 0) return;
    await this.journal.commit((memory) => {
      const { facts, ledger } = tell(memory.ledger, reports);
      return { facts, memory: { ledger: { ...memory.ledger, ...ledger } } };
    });
    this.#forget(progress);
  }

  /** Requests the whole observation with the next look. */
  requestSnapshot(): void {
    this.#wantsSnapshot = true;
  }

  async report(look: Look): Promise<Standing> {
    // A copy, so that stages reached during the write are reported next time.
    const progress = [...this.#progress];
    const reports = this.#reports(look, progress);
    const first = this.#firstFacts;
    let snapshot = false;
    await this.journal.commit((memory) => {
      const shown = this.#paths.of(memory.before, look.observed, look.now);
      const seen = this.#seen(memory, shown);
      const told = tell(memory.ledger, reports);
      const found = this.#findings(memory, look, told.ledger);
      snapshot = this.#wantsSnapshot || needsSnapshot(memory.before, look.observed);
      const facts = [...first, ...seen.facts, ...told.facts, ...found.facts];
      if (snapshot) facts.push(snapshotOf(inventoryHash(look.observed), shown));
      return { facts, memory: changed(memory, { before: seen.before, ledger: told.ledger, findings: found.findings }) };
    });
    this.#firstFacts = [];
    if (snapshot) this.#wantsSnapshot = false;
    this.#forget(progress);
    const told = Object.entries(this.journal.memory.ledger).flatMap(([item, { outcome }]) =>
      outcome ? [[item as ItemId, outcome] as const] : [],
    );
    return { outcomes: new Map(told), unsettled: reports.filter(({ outcome }) => !outcome).length };
  }

  #forget(told: readonly { item: ItemId; reached: ReachedStage }[]): void {
    this.#progress = this.#progress.filter((one) => !told.includes(one));
  }

  #seen(memory: Memory, observed: ObservedState): { facts: AgentFact[]; before: ObservedState } {
    const facts = diff(memory.before, observed);
    if (memory.before && this.journal.full) return underPressure(memory.before, observed, facts);
    return { facts, before: remember(memory.before, observed) };
  }

  #reports(look: Look, progress: readonly { item: ItemId; reached: ReachedStage }[]): ItemReport[] {
    const { desired, observed, context, now } = look;
    const items = containersFirst(desired.items).map((item): ItemReport => {
      const assessed = assess(item, context);
      const key = assessed
        ? JSON.stringify([assessed.outcome.kind, 'code' in assessed.outcome && assessed.outcome.code])
        : '';
      const held = this.#outcomeHolds.heldFor(item.id, `${item.revision} ${key}`, now);
      const byStep = progress.filter((one) => one.item === item.id).map(({ reached }) => reached);
      const entry = this.journal.memory.ledger[item.id];
      const before = entry?.revision === item.revision ? entry.stages : [];
      const told = [...before, ...byStep.map(({ stage }) => stage)];
      const seen = isOfPresentContainer(item, context) ? reachedStages(item, observed, told) : [];
      const stages = [...byStep, ...seen];
      const outcome = assessed && held >= assessed.holdMs ? assessed.outcome : undefined;
      return { item: item.id, revision: item.revision, outcome, stages };
    });
    this.#outcomeHolds.keepOnly(desired.items.map(({ id }) => id));
    const unreadable = desired.unreadable.map(({ item: { id, revision }, cause }): ItemReport => {
      const { outcome } = failed(
        explain('unsupported', { cause: `this agent does not understand the item: ${cause}` }),
      );
      return { item: id, revision, outcome, stages: [] };
    });
    return [...items, ...unreadable];
  }

  #findings(memory: Memory, look: Look, ledger: Memory['ledger']) {
    const { observed, desired, context, trouble, now } = look;
    const found = findCauses({
      items: desired.items,
      observed,
      hasIdentity: (node) => context.facts.hasIdentity(node) || this.formerNodes.has(node),
      outcome: (item) => ledger[item]?.outcome ?? undefined,
      damage: this.journal.damage,
      ground: context.facts.ground,
      ...trouble,
    });
    return tellFindings(memory.findings, found, observed, {
      ...{ holds: this.#findingHolds, now, doctor: trouble.doctor },
    });
  }
}

/** One look may show that a container was started and that its node has joined; report these in order. */
const containersFirst = (items: readonly Item[]): Item[] =>
  items.toSorted((one, other) => Number(isOfContainer(other)) - Number(isOfContainer(one)));

const snapshotOf = (hash: string, state: ObservedState): AgentFact => ({
  type: 'host.snapshot',
  data: { hash, state },
});

/** Only the parts that differ, so that a quiet host writes nothing. */
function changed(memory: Memory, next: Memory): Partial<Memory> {
  const change: Partial<Memory> = {};
  const { before, ledger, findings } = next;
  if (before && (!memory.before || differs(inOrder(memory.before), inOrder(before)))) change.before = before;
  if (differs(memory.ledger, ledger)) change.ledger = ledger;
  if (differs(memory.findings, findings)) change.findings = findings;
  return change;
}

/** Steps that end milliseconds before the container is started; reporting them at once would only delay that. */
const LEADS_TO_START: ReadonlySet<StepName> = new Set(['mint-identity', 'create-container']);

/** Reports stages at once for those who follow a launch; if the write fails, they go out with the next look. */
export class StageTeller {
  constructor(
    private readonly reporter: Reporter,
    private readonly desired: DesiredStore,
    private readonly logger: Logger,
  ) {}

  started({ step }: Step): void {
    if (step === 'start-container') this.#tell();
  }

  reached({ step, item }: Step, stage: Stage, detail: string): void {
    this.reporter.progress(item, stage, detail);
    if (!LEADS_TO_START.has(step)) this.#tell();
  }

  #tell(): void {
    this.reporter
      .tellProgress(this.desired.items.items)
      .catch((error: unknown) => this.logger.debug({ event: 'progress.not-told', cause: describeError(error) }));
  }
}
