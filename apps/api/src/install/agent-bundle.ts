import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
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
/** Another platform's Node is fetched first. */
const WITHIN_MS = 240_000;

const HERE = `${process.platform}-${process.arch}`;
/** Machines that get an agent from here: those of this machine's kind at once, others with a Node that npm's registry has. */
export const PLATFORMS = [...new Set([HERE, 'linux-x64', 'linux-arm64'])];

/** The agent as archives with its own Node, one for each platform: made at the first request for what is built, and kept in `bundles` of the state folder. */
@Injectable()
export class AgentBundle implements OnApplicationBootstrap {
  readonly #made = new Map<string, Promise<Bundle>>();

  constructor(@Inject(API_CONFIG) private readonly config: ApiConfig) {}

  /** Whoever listens to others is soon asked for it. What fails now says so to who asks. */
  onApplicationBootstrap(): void {
    if (!isLoopback(this.config.listen)) void this.get(HERE).catch(() => undefined);
  }

  /** Throws AppError: `unknown-route` for a platform that there is no agent for, `bundle-unavailable` when it cannot be packed now. */
  async get(platform: string): Promise<Bundle> {
    if (!PLATFORMS.includes(platform)) throw noSuchBundle();
    const made = await (this.#made.get(platform) ?? this.#make(platform));
    return existsSync(made.file) ? made : this.#make(platform);
  }

  #make(platform: string): Promise<Bundle> {
    const made = this.#pack(platform).catch((error: unknown) => {
      this.#made.delete(platform);
      throw unavailable(platform, error);
    });
    this.#made.set(platform, made);
    return made;
  }

  async #pack(platform: string): Promise<Bundle> {
    const args = [MAKER, '--into', join(this.config.home, 'bundles'), '--platform', platform];
    const { stdout } = await promisify(execFile)(process.execPath, args, { timeout: WITHIN_MS });
    return Bundle.parse(JSON.parse(stdout));
  }
}

const noSuchBundle = () =>
  new AppError({ code: 'unknown-route', kind: 'user', cause: `there are agents for ${PLATFORMS.join(' and ')} only` });

const unavailable = (platform: string, error: unknown) =>
  new AppError({
    code: 'bundle-unavailable',
    kind: 'operational',
    cause: `cannot pack the agent for ${platform}: ${describeError(error)}`,
    fix:
      platform === HERE
        ? 'Build it (`npm run build`) and check that the disk of the state folder has some hundred MB left. An API from a container image has no agent to give away.'
        : `Check that the API's machine reaches npm's registry: the Node for ${platform} comes from there, once.`,
    origin: error,
  });
