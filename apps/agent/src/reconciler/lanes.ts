import { explain, type NodeId, type Stage } from '@orrery/shared/contracts';
import { crashPoint, describeError, withTimeout, type Logger } from '@orrery/shared/runtime';
import { execute, StepError, type Executors, type Step } from '@orrery/shared/machine';
import { STAGE_OF_STEP } from '../pure/assess/stages.js';

export interface LaneReports {
  /** Whether the step is still part of what is desired; called right before the step. */
  isWanted(step: Step): boolean;
  started(step: Step): void;
  progress(step: Step, stage: Stage, detail: string): void;
  worked(step: Step): void;
  failed(step: Step, error: StepError): void;
  /** A lane has become free. */
  freed(node: NodeId): void;
}

/** Maximum number of lanes that run at once on a host. */
const WIDTH = 4;
const PULL_MS = 35 * 60_000;
const STEP_MS = 120_000;
/** How long an aborted step may take to stop. */
const GRACE_MS = 30_000;

/**
 * Runs steps. Each node has a lane in which its steps run one after another, never two at once; a few lanes run in
 * parallel. A failed step ends its lane's run, unless it concerns a network, because those steps do not depend on each
 * other.
 */
export class Lanes {
  readonly #running = new Map<NodeId, Promise<void>>();

  constructor(
    private readonly executors: Executors,
    private readonly reports: LaneReports,
    private readonly logger: Logger,
    private readonly signal: AbortSignal,
  ) {}

  isBusy(node: NodeId): boolean {
    return this.#running.has(node);
  }

  get busy(): number {
    return this.#running.size;
  }

  /** Starts a lane's run; false if it is busy or too many lanes are. */
  start(node: NodeId, steps: readonly Step[]): boolean {
    if (this.isBusy(node) || this.busy >= WIDTH || this.signal.aborted) return false;
    const run = this.#run(steps).finally(() => {
      this.#running.delete(node);
      this.reports.freed(node);
    });
    this.#running.set(node, run);
    return true;
  }

  /** Resolves when no step is running. */
  async idle(): Promise<void> {
    await Promise.all(this.#running.values());
  }

  async #run(steps: readonly Step[]): Promise<void> {
    for (const step of steps) {
      if (this.signal.aborted || !this.reports.isWanted(step)) return;
      const error = await this.#attempt(step);
      if (error && !('network' in step)) return;
    }
  }

  async #attempt(step: Step): Promise<StepError | undefined> {
    const { node, item } = step;
    this.logger.debug({ event: 'step.started', step: step.step, node, item });
    this.reports.started(step);
    try {
      crashPoint(`step.before:${step.step}`);
      await this.#execute(step);
      crashPoint(`step.after:${step.step}`);
      this.logger.info({ event: 'step.done', step: step.step, node, item });
      const stage = STAGE_OF_STEP[step.step];
      if (stage) this.reports.progress(step, stage, '');
      this.reports.worked(step);
      return undefined;
    } catch (error) {
      if (this.signal.aborted) return undefined;
      const failure = asStepError(error);
      const { code, message: cause } = failure;
      this.logger.warn({ event: 'step.failed', step: step.step, node, item, code, cause }, 'a step failed');
      this.reports.failed(step, failure);
      return failure;
    }
  }

  async #execute(step: Step): Promise<void> {
    const limit = step.step === 'pull-image' ? PULL_MS : STEP_MS;
    let work: Promise<void> = Promise.resolve();
    const run = (timeout: AbortSignal) => {
      const signal = AbortSignal.any([timeout, this.signal]);
      const progress = (stage: Stage, detail: string) => this.reports.progress(step, stage, detail);
      work = execute(this.executors, step, { signal, progress });
      return work;
    };
    try {
      await withTimeout(limit, run, () => tookTooLong(step, limit));
    } catch (error) {
      // A lane becomes free when its step has ended, not at the timeout.
      const ended = () => work.catch(() => undefined);
      if (!this.signal.aborted) await withTimeout(GRACE_MS, ended, () => new Error('late')).catch(() => undefined);
      throw error;
    }
  }
}

const tookTooLong = (step: Step, limit: number): StepError =>
  new StepError({
    ...explain('unexpected', { cause: `${step.step} took longer than ${limit / 1000} s` }),
    transient: true,
  });

const asStepError = (error: unknown): StepError =>
  error instanceof StepError
    ? error
    : new StepError({ ...explain('unexpected', { cause: describeError(error) }), origin: error });
