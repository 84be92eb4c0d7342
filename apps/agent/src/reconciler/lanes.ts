import type { NodeId, Stage } from '@orrery/shared/contracts';
import { crashPoint, describeError, withTimeout, type Logger } from '@orrery/shared/runtime';
import { execute, StepError, type Executors, type Step } from '@orrery/shared/machine';
import { FIXES } from '../pure/assess/outcomes.js';
import { STAGE_OF_STEP } from '../pure/assess/stages.js';

export interface LaneReports {
  /** Whether the step is still part of what is desired: asked right before it. */
  isWanted(step: Step): boolean;
  started(step: Step): void;
  progress(step: Step, stage: Stage, detail: string): void;
  worked(step: Step): void;
  failed(step: Step, error: StepError): void;
  /** A lane has become free. */
  freed(node: NodeId): void;
}

/** Lanes at once on a host. */
const WIDTH = 4;
const PULL_MS = 35 * 60_000;
const STEP_MS = 120_000;
/** How long a step that was told to stop may take for it. */
const GRACE_MS = 30_000;

/**
 * Runs steps. Each node has a lane of its own: its steps run one after the other, never two at once, and a few lanes run at the
 * same time. A step that fails ends its lane's run, but for steps of networks, which do not depend on each other.
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

  /** Starts a lane's run; false when it is busy or all lanes are. */
  start(node: NodeId, steps: readonly Step[]): boolean {
    if (this.isBusy(node) || this.busy >= WIDTH || this.signal.aborted) return false;
    const run = this.#run(steps).finally(() => {
      this.#running.delete(node);
      this.reports.freed(node);
    });
    this.#running.set(node, run);
    return true;
  }

  /** Resolves when no step runs. */
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
      // A lane is free when its step has ended, not when the patience with it has.
      const ended = () => work.catch(() => undefined);
      if (!this.signal.aborted) await withTimeout(GRACE_MS, ended, () => new Error('late')).catch(() => undefined);
      throw error;
    }
  }
}

const tookTooLong = (step: Step, limit: number): StepError =>
  new StepError({
    code: 'unexpected',
    cause: `${step.step} took longer than ${limit / 1000} s`,
    fix: FIXES.unexpected,
    transient: true,
  });

const asStepError = (error: unknown): StepError =>
  error instanceof StepError
    ? error
    : new StepError({ code: 'unexpected', cause: describeError(error), fix: FIXES.unexpected, origin: error });
