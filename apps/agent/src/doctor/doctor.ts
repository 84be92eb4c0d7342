import {
  type DoctorCode,
  type DoctorCheck,
  type DoctorResult,
  type Item,
  type NodeId,
  type ObservedState,
  isOfContainer,
} from '@orrery/shared/contracts';
import { type Machine, noEvidence, type Scope, type Seen } from '@orrery/shared/machine';
import { describeError, type Logger, steadyNow, WakeablePause } from '@orrery/shared/runtime';
import { timeoutSignal } from '@orrery/shared/timeouts';
import type { DoctorStanding, FoundCause } from '../pure/findings/found-cause.js';
import { checkAll } from './checks/all-checks.js';
import { wantedNodes, type Checked, type Evidence, type Verdict } from './evidence.js';
import { Silences } from './silences.js';

export interface DoctorParts {
  hostNode: NodeId;
  machine: Pick<Machine, 'examine' | 'silentNodes'>;
  items: () => readonly Item[];
  /** Free bytes on the disk with the journal. */
  room: () => Promise<number>;
  /** How often the connection to NATS was lost within the last ten minutes. */
  uplinkDrops: () => number;
  /** Something else was found than before. */
  changed: () => void;
  logger: Logger;
  now?: () => number;
}

interface Look {
  result: Promise<DoctorResult>;
  /** Undefined while it lasts. */
  endedAt: number | undefined;
}

/** The longest that a look at the machine takes; what is not seen by then is unknown. */
const LOOK_MS = 2_700;
/** Whoever asks within this time of a look gets its result. */
const REUSED_MS = 1_000;
const PAUSES = {
  /** While all is well. A look starts programs, so it must be rare. */
  fineMs: 10 * 60_000,
  /** While something was found, so that what was mended is soon told. */
  foundMs: 60_000,
  /** While a node may soon have been silent for long. */
  silentMs: 20_000,
  /** After a change: what belongs to it is over by then. */
  settleMs: 2_000,
  /** Between two looks because of changes. */
  crowdMs: 5_000,
};

/**
 * Looks for causes that lie in the machine: at the start, when the engine or a daemon has changed, every ten minutes, and
 * when it is asked. It owns its loop. There is one look at a time, however many ask.
 */
export class Doctor {
  readonly #stop = new AbortController();
  readonly #pause = new WakeablePause();
  /** Nothing cuts this one short but the end. */
  readonly #quiet = new WakeablePause();
  readonly #silences = new Silences();
  readonly #now: () => number;
  #loop: Promise<void> | undefined;
  #look: Look | undefined;
  #standing: DoctorStanding | undefined;
  #isDoubtful = false;
  #seen = '';

  constructor(private readonly parts: DoctorParts) {
    this.#now = parts.now ?? steadyNow;
  }

  start(): void {
    this.#loop ??= this.#run();
  }

  async stop(): Promise<void> {
    this.#stop.abort(new Error('the agent is stopping'));
    await this.#loop;
    await this.#look?.result;
  }

  /** Undefined before the first look. */
  get standing(): DoctorStanding | undefined {
    return this.#standing;
  }

  /** Something has changed that only a look at the machine can explain. */
  wake(): void {
    this.#pause.wake();
  }

  /** The reconciler has looked: if the engine or a daemon differs, the machine may, too. */
  looked(observed: ObservedState): void {
    const seen = marksOf(observed, this.parts.machine.silentNodes);
    if (seen === this.#seen) return;
    this.#seen = seen;
    this.wake();
  }

  /** Looks at the machine now; never throws. */
  examine(): Promise<DoctorResult> {
    const last = this.#look;
    if (last && (last.endedAt === undefined || this.#now() - last.endedAt < REUSED_MS)) return last.result;
    const look: Look = { result: this.#examine(), endedAt: undefined };
    this.#look = look;
    void look.result.finally(() => (look.endedAt = this.#now()));
    return look.result;
  }

  async #run(): Promise<void> {
    const { signal } = this.#stop;
    // The first look of the reconciler begins it.
    await this.#pause.wait(PAUSES.fineMs, signal);
    while (!signal.aborted) {
      await this.#quiet.wait(PAUSES.settleMs, signal);
      if (signal.aborted) return;
      await this.examine();
      await this.#quiet.wait(PAUSES.crowdMs, signal);
      await this.#pause.wait(this.#restMs, signal);
    }
  }

  get #restMs(): number {
    if (this.#isDoubtful) return PAUSES.silentMs - PAUSES.crowdMs;
    const isIll = this.#standing?.found.some(({ severity }) => severity !== 'info');
    return isIll ? PAUSES.foundMs : PAUSES.fineMs;
  }

  async #examine(): Promise<DoctorResult> {
    const begun = this.#now();
    const checkedAt = new Date().toISOString();
    const evidence = await this.#gather();
    const checked = checkAll(evidence);
    this.#isDoubtful = wantedNodes(evidence).some(({ node }) => this.#silences.isDoubtful(node, this.#now()));
    this.#stand(checked);
    const tookMs = Math.max(0, Math.round(this.#now() - begun));
    return { checkedAt, tookMs, checks: inOrder(checked) };
  }

  async #gather(): Promise<Evidence> {
    const items = this.parts.items();
    const signal = AbortSignal.any([timeoutSignal(LOOK_MS), this.#stop.signal]);
    const [seen, room] = await Promise.all([
      this.parts.machine
        .examine(this.#scope(items), signal)
        .catch((error: unknown) => noEvidence(describeError(error))),
      roomOf(this.parts.room),
    ]);
    const now = this.#now();
    this.#silences.observed(seen.nodes, now);
    const silentMs: Evidence['silentMs'] = (node, to) => this.#silences.lastsMs(node, to, now);
    return { ...seen, items, room, uplinkDrops: this.parts.uplinkDrops(), silentMs };
  }

  #scope(items: readonly Item[]): Scope {
    const containers = items.flatMap((item) =>
      isOfContainer(item) && item.intent === 'present' ? [{ item: item.id, node: item.node, name: item.name }] : [],
    );
    return { hostNode: this.parts.hostNode, containers };
  }

  #stand(checked: Checked): void {
    const before = this.#standing;
    const found = [...checked.values()].flatMap(causesOf);
    const isKnown: DoctorStanding['isKnown'] = (code) => {
      const verdict = checked.get(code as DoctorCode);
      return verdict !== undefined && verdict.result !== 'unknown';
    };
    this.#standing = { found, isKnown };
    if (before && nameAll(before.found) === nameAll(found)) return;
    if (found.length > 0) this.parts.logger.info({ event: 'doctor.found', codes: found.map(({ code }) => code) });
    this.parts.changed();
  }
}

/** What costs nothing to compare: whether the engine and the daemons are there, which, and whether they hear from anybody. */
function marksOf({ engine, nodes }: ObservedState, silent: ReadonlySet<NodeId>): string {
  const ofNodes = nodes.map(({ node, kind, daemon, memberships }) => [
    node,
    kind === 'container' ? daemon.known : daemon.known ? [daemon.value.version, daemon.value.lacksPort] : daemon.code,
    memberships.known && memberships.value.some(({ status }) => status === 'REQUESTING_CONFIGURATION'),
    silent.has(node),
  ]);
  return JSON.stringify([engine.known ? engine.value.version : engine.code, ofNodes]);
}

const causesOf = (verdict: Verdict): FoundCause[] =>
  verdict.result === 'found'
    ? verdict.found.map(({ code, node, network, severity, cause, fix, facts }) => ({
        ...{ code, node, network, severity, cause, fix, item: null, holdMs: 0 },
        ...(facts && { facts }),
      }))
    : [];

const nameAll = (found: readonly FoundCause[]) => JSON.stringify(found);

const ORDER: readonly Verdict['result'][] = ['found', 'unknown', 'fine'];

/** What was found first, then what cannot be told. */
const inOrder = (checked: Checked): DoctorCheck[] =>
  ORDER.flatMap((result) =>
    [...checked].flatMap(([code, verdict]) => (verdict.result === result ? checksOf(code, verdict) : [])),
  );

function checksOf(code: DoctorCode, verdict: Verdict): DoctorCheck[] {
  const none = { code, severity: null, node: null, network: null, fix: null };
  switch (verdict.result) {
    case 'fine':
      return [{ ...none, result: 'fine', cause: null }];
    case 'unknown':
      return [{ ...none, result: 'unknown', cause: verdict.why }];
    case 'found':
      return verdict.found.map(({ severity, node, network, cause, fix, facts }) => ({
        ...{ code, result: 'found' as const, severity, node, network, cause, fix },
        ...(facts && { facts }),
      }));
  }
}

async function roomOf(look: () => Promise<number>): Promise<Seen<number>> {
  try {
    return { known: true, value: await look() };
  } catch (error) {
    return { known: false, why: `the disk cannot be asked: ${describeError(error)}` };
  }
}
