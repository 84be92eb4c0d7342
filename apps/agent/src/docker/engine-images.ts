import { z } from 'zod';
import type { CallOptions, EngineConnection } from './engine-connection.js';
import { unlessStatus } from './engine-containers.js';
import { imageKeys } from './image-reference.js';
import { readPull } from './pull-stream.js';
import type { RegistryCredentials } from './registry-credentials.js';

const strings = z
  .array(z.string())
  .nullish()
  .transform((value) => value ?? []);
const Listed = z.array(z.object({ Id: z.string(), RepoTags: strings, RepoDigests: strings }));
const InspectedImage = z.object({
  Id: z.string(),
  Os: z.string().nullish(),
  Architecture: z.string().nullish(),
  Config: z.object({ Volumes: z.record(z.string(), z.unknown()).nullish() }).nullish(),
});
export type InspectedImage = z.infer<typeof InspectedImage>;

const PULL_MS = 30 * 60_000;

export class EngineImages {
  constructor(private readonly connection: EngineConnection) {}

  /** Every name under which an image is present. */
  async names(options: CallOptions = {}): Promise<Set<string>> {
    const found = await this.connection.read(
      { doing: 'listing images' },
      Listed,
      (abortSignal) => this.connection.docker.listImages({ abortSignal }),
      options,
    );
    return new Set(
      found.flatMap(({ Id, RepoTags, RepoDigests }) => [Id, ...RepoTags, ...RepoDigests]).flatMap(imageKeys),
    );
  }

  /** Undefined if the image is not present. */
  async inspect(image: string, options: CallOptions = {}): Promise<InspectedImage | undefined> {
    return this.connection.read(
      { doing: `inspecting image ${image}`, image },
      InspectedImage.optional(),
      (abortSignal) =>
        unlessStatus([404], undefined, this.connection.docker.getImage(image).inspect({ abortSignal } as object)),
      options,
    );
  }

  /** Pulls an image; `progress` receives a readable line now and then. */
  async pull(
    image: string,
    credentials: RegistryCredentials | undefined,
    progress: (detail: string) => void,
    options: CallOptions = {},
  ): Promise<void> {
    const errand = { doing: `pulling ${image}`, image };
    await this.connection.call(
      errand,
      async (abortSignal) => {
        // Without a tag, the engine would pull all tags.
        const request = { fromImage: imageKeys(image)[0], abortSignal };
        const stream = await this.connection.docker.createImage(credentials ?? {}, request);
        await readPull(stream, progress, errand, abortSignal);
      },
      { ms: PULL_MS, ...options },
    );
  }
}
