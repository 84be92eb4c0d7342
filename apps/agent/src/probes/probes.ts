import {
  explain,
  type AgentFact,
  type Call,
  type NodeId,
  type NodeKind,
  type ProbeResult,
  probeTargetText,
} from '@orrery/shared/contracts';
import { AppError, describeError, type Logger } from '@orrery/shared/runtime';
import { type Machine, missed } from '@orrery/shared/machine';
import { timeoutSignal } from '@orrery/shared/timeouts';
import type { Journal } from '../journal/journal.js';

type ProbeAsked = Extract<Call['op'], { op: 'probe' }>;

/** Limits per node and for the whole host. */
const AT_ONCE = { node: 2, host: 8 };
/** How long entering the node may take. */
const OPEN_MS = 4_000;

export interface ProbesParts {
  machine: Pick<Machine, 'prober'>;
  journal: Pick<Journal, 'commit' | 'full'>;
  logger: Logger;
}

/**
 * Running probes. Each line goes into the journal as it arrives, and the result at the end. A probe that was running when the agent
 * ended is not restarted; the lack of a result shows it.
 */
export class Probes {
  readonly #running = new Map<Promise<void>, NodeId>();
  readonly #stopping = new AbortController();
  #telling: Promise<void> = Promise.resolve();

  constructor(private readonly parts: ProbesParts) {}

  /** Resolves when the probe has begun; throws when the node cannot be entered, or too many are running. */
  async begin(asked: ProbeAsked, kind: NodeKind, mayLeaveNetworks: boolean): Promise<void> {
    const nodes = [...this.#running.values()];
    const ofNode = nodes.filter((node) => node === asked.node).length;
    if (ofNode >= AT_ONCE.node || nodes.length >= AT_ONCE.host)
      throw new AppError({
        kind: 'operational',
        ...explain('probes-running/most', AT_ONCE),
      });
    const probe = await this.parts.machine.prober(asked.node, kind, timeoutSignal(OPEN_MS));
    const { target, timeoutSeconds } = asked;
    const run = probe({
      ...{ target, mayLeaveNetworks, timeoutMs: timeoutSeconds * 1000, signal: this.#stopping.signal },
      tell: (detail) => this.#tellLine(asked, detail),
    });
    const whole = run
      .catch((error: unknown): ProbeResult => {
        const end = missed('probe-failed', describeError(error));
        return { fix: '', ...end, address: null, ms: 0 };
      })
      .then((result) => this.#tellEnd(asked, result))
      .finally(() => this.#running.delete(whole));
    this.#running.set(whole, asked.node);
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await Promise.all(this.#running.keys());
  }

  #tellLine({ probe, node }: ProbeAsked, detail: string): void {
    // When disk space is short, progress lines are dropped first.
    if (!this.parts.journal.full) void this.#tell({ type: 'probe.progress', data: { probe, node, detail } });
  }

  #tellEnd({ probe, node, target }: ProbeAsked, result: ProbeResult): Promise<void> {
    return this.#tell({ type: 'probe.finished', data: { probe, node, target: probeTargetText(target), result } });
  }

  /** Writes facts in the order in which they happened. */
  #tell(fact: AgentFact): Promise<void> {
    const { journal, logger } = this.parts;
    this.#telling = this.#telling
      .then(() => journal.commit(() => ({ facts: [fact] })))
      .catch((error: unknown) => {
        logger.warn({ event: 'probe.not-told', cause: describeError(error) }, 'cannot store the result of a probe');
      });
    return this.#telling;
  }
}
