import type { Stage } from '@orrery/shared/contracts';
import { describeError, type Logger } from '@orrery/shared/runtime';
import type { DesiredStore } from '../desired/desired-store.js';
import type { Reporter } from './reporter.js';
import type { Step, StepName } from '@orrery/shared/machine';

/** Steps that end a few milliseconds before the engine is asked to start the container: until then it and this agent have enough to do. */
const LEADS_TO_START: ReadonlySet<StepName> = new Set(['mint-identity', 'create-container']);

/** Tells whoever follows a launch of the stages that steps reach, without a look; what cannot be written goes out with the next one. */
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
