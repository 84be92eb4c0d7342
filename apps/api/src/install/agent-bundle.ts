import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { explain } from '@orrery/shared/contracts';
import { AppError, describeError } from '@orrery/shared/runtime';
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { z } from 'zod';
import { API_CONFIG, type ApiConfig } from '../config.js';
import { isLoopback } from '../tls/exposure.js';

const Bundle = z.object({ file: z.string(), platform: z.string(), sha256: z.string(), bytes: z.int() });
export type Bundle = z.infer<typeof Bundle>;

/** In the repository; an API that runs without it has no agent to give away. */
export const BUNDLE_FOLDER = fileURLToPath(new URL('../../../../scripts/bundle/', import.meta.url));
const MAKER = fileURLToPath(new URL('../../../../scripts/bundle.mjs', import.meta.url));
const WITHIN_MS = 120_000;

/** The agent as an archive with its own Node: made at the first request for what is built, and kept in `bundles` of the state folder. */
@Injectable()
export class AgentBundle implements OnApplicationBootstrap {
  #made: Promise<Bundle> | undefined;

  constructor(@Inject(API_CONFIG) private readonly config: ApiConfig) {}

  /** Whoever listens to others is soon asked for it. What fails now says so to who asks. */
  onApplicationBootstrap(): void {
    if (!isLoopback(this.config.listen)) void this.get().catch(() => undefined);
  }

  async get(): Promise<Bundle> {
    const made = await (this.#made ??= this.#make());
    if (existsSync(made.file)) return made;
    return (this.#made = this.#make());
  }

  async #make(): Promise<Bundle> {
    try {
      const args = [MAKER, '--into', join(this.config.home, 'bundles')];
      const { stdout } = await promisify(execFile)(process.execPath, args, { timeout: WITHIN_MS });
      return Bundle.parse(JSON.parse(stdout));
    } catch (error) {
      this.#made = undefined;
      throw new AppError({
        kind: 'operational',
        ...explain('bundle-unavailable/not-packed', { error: describeError(error) }),
        origin: error,
      });
    }
  }
}
