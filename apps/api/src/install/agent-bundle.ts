import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { explain } from '@orrery/shared/contracts';
import { AppError, describeError } from '@orrery/shared/runtime';
import { execFile } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { z } from 'zod';
import { API_CONFIG, type ApiConfig } from '../config.js';
import { isLoopback } from '../tls/exposure.js';

const Bundle = z.object({ file: z.string(), platform: z.string(), sha256: z.string(), bytes: z.int() });
export type Bundle = z.infer<typeof Bundle>;

/** In the repository; an API that runs without it has no agent to offer. */
export const BUNDLE_FOLDER = fileURLToPath(new URL('../../../../scripts/bundle/', import.meta.url));
const MAKER = fileURLToPath(new URL('../../../../scripts/bundle.mjs', import.meta.url));
/** Another platform's Node is downloaded first. */
const WITHIN_MS = 240_000;

export const HERE = `${process.platform}-${process.arch}`;
/** In an image of the API, which was packed with it. */
const PACKED_FOLDER = fileURLToPath(new URL('../../../../bundles/', import.meta.url));
const PACKED = packedIn(PACKED_FOLDER);
/**
 * Platforms that can get an agent from here. From the repository: this machine's own at once, others with a Node from npm's
 * registry. From an image: those that were packed with it.
 */
export const PLATFORMS = PACKED.size > 0 ? [...PACKED.keys()] : [...new Set([HERE, 'linux-x64', 'linux-arm64'])];

/**
 * The agent as archives with its own Node, one for each platform: packed from the build at the first request, and kept
 * in `bundles` of the state folder; or packed with the image that this API runs from.
 */
@Injectable()
export class AgentBundle implements OnApplicationBootstrap {
  readonly #made = new Map<string, Promise<Bundle>>();

  constructor(@Inject(API_CONFIG) private readonly config: ApiConfig) {}

  /** An API that listens to others will soon be asked for it. A failure now is reported to the one who asks. */
  onApplicationBootstrap(): void {
    if (!isLoopback(this.config.listen)) void this.get(HERE).catch(() => undefined);
  }

  /**
   * Throws AppError: `unknown-route` for a platform without an agent, `bundle-unavailable` if it cannot be packed now.
   */
  async get(platform: string): Promise<Bundle> {
    if (!PLATFORMS.includes(platform)) throw noSuchBundle();
    const packed = PACKED.get(platform);
    if (packed) return packed;
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

/** What `scripts/bundle.mjs --into` left there, by platform. */
export function packedIn(folder: string): ReadonlyMap<string, Bundle> {
  const notes = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.tar.gz.json')) : [];
  const bundles = notes.map((name) => Bundle.parse(JSON.parse(readFileSync(join(folder, name), 'utf8'))));
  return new Map(bundles.map((bundle) => [bundle.platform, { ...bundle, file: join(folder, basename(bundle.file)) }]));
}

const noSuchBundle = () =>
  new AppError({
    kind: 'user',
    ...explain('unknown-route', { cause: `there are agents for ${PLATFORMS.join(' and ')} only` }),
  });

/** The build that this API runs from has no agent to offer. */
export const unavailable = (platform: string, error: unknown): AppError =>
  new AppError({
    kind: 'operational',
    ...explain(platform === HERE ? 'bundle-unavailable/here' : 'bundle-unavailable/elsewhere', {
      platform,
      error: describeError(error),
    }),
    origin: error,
  });
