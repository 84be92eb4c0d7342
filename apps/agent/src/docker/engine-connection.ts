import Docker from 'dockerode';
import type { z } from 'zod';
import { withTimeout } from '@orrery/shared/runtime';
import { StepError } from '@orrery/shared/machine';
import { engineError, EngineTimeout, type EngineErrand } from './engine-error.js';

export interface CallOptions {
  ms?: number;
  signal?: AbortSignal | undefined;
}

/** Milliseconds within which the engine has to answer, unless a call says otherwise. */
const ANSWER_MS = 5_000;

/**
 * The way to one engine. Every call is aborted when its time is over or its caller's signal fires, and every error leaves as a
 * StepError. Nothing outside this folder sees dockerode.
 */
export class EngineConnection {
  readonly docker: Docker;

  constructor(
    readonly socketPath: string,
    private readonly answerMs: number = ANSWER_MS,
  ) {
    // `host` given and undefined: dockerode would otherwise take DOCKER_HOST from the environment behind our back.
    this.docker = new Docker({ socketPath, host: undefined });
  }

  async call<T>(
    errand: EngineErrand,
    work: (signal: AbortSignal) => Promise<T>,
    options: CallOptions = {},
  ): Promise<T> {
    const ms = options.ms ?? this.answerMs;
    try {
      options.signal?.throwIfAborted();
      return await withTimeout(
        ms,
        (late) => work(options.signal ? AbortSignal.any([late, options.signal]) : late),
        () => new EngineTimeout(errand, ms),
      );
    } catch (error) {
      if (options.signal?.aborted) throw options.signal.reason;
      throw engineError(error, errand, this.socketPath);
    }
  }

  /** The same, and its answer read by a schema: an engine that answers something else is an error, not a surprise later. */
  async read<S extends z.ZodType>(
    errand: EngineErrand,
    schema: S,
    work: (signal: AbortSignal) => Promise<unknown>,
    options: CallOptions = {},
  ): Promise<z.infer<S>> {
    const parsed = schema.safeParse(await this.call(errand, work, options));
    if (parsed.success) return parsed.data;
    throw new StepError({
      code: 'unexpected',
      cause: `the Docker Engine gave an answer that cannot be read while ${errand.doing}: ${parsed.error.issues[0]?.message}`,
      fix: 'Check that the engine is Docker 20.10 or newer.',
      transient: true,
      origin: parsed.error,
    });
  }
}
