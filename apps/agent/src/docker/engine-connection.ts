import Docker from 'dockerode';
import type { z } from 'zod';
import { explain } from '@orrery/shared/contracts';
import { withTimeout } from '@orrery/shared/runtime';
import { StepError } from '@orrery/shared/machine';
import { engineError, EngineTimeout, type EngineErrand } from './engine-error.js';

export interface CallOptions {
  ms?: number;
  signal?: AbortSignal | undefined;
}

/** Default timeout of a call, in milliseconds. */
const ANSWER_MS = 5_000;

/**
 * The connection to one engine. Every call is aborted at its timeout or when its caller's signal fires, and every error
 * becomes a StepError. Nothing outside this folder sees dockerode.
 */
export class EngineConnection {
  readonly docker: Docker;

  constructor(
    readonly socketPath: string,
    private readonly answerMs: number = ANSWER_MS,
  ) {
    // `host` is set to undefined on purpose: otherwise dockerode would read DOCKER_HOST from the environment.
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

  /** Like `call`, but parses the answer with a schema, so that an unexpected one fails here and not later. */
  async read<S extends z.ZodType>(
    errand: EngineErrand,
    schema: S,
    work: (signal: AbortSignal) => Promise<unknown>,
    options: CallOptions = {},
  ): Promise<z.infer<S>> {
    const parsed = schema.safeParse(await this.call(errand, work, options));
    if (parsed.success) return parsed.data;
    throw new StepError({
      ...explain('unexpected/engine-version', {
        cause: `the Docker Engine gave an unreadable answer while ${errand.doing}: ${parsed.error.issues[0]?.message}`,
      }),
      transient: true,
      origin: parsed.error,
    });
  }
}
