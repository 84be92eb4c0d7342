import type { DockerEngine } from '../docker/docker-engine.js';
import { imageKeys } from '../docker/image-reference.js';

const FRESH_MS = 5_000;

/** Which images are present, asked for at most once in a few seconds. */
export class ImageNames {
  private held: { names: Promise<Set<string>>; until: number } | undefined;

  constructor(private readonly engine: DockerEngine) {}

  /** A function that answers at once; undefined answers: the engine could not be asked. */
  async present(): Promise<(image: string) => boolean | undefined> {
    if (!this.held || this.held.until < performance.now())
      this.held = { names: this.engine.images.names(), until: performance.now() + FRESH_MS };
    const { names } = this.held;
    try {
      const present = await names;
      return (image) => imageKeys(image).some((key) => present.has(key));
    } catch {
      this.forget();
      return () => undefined;
    }
  }

  forget(): void {
    this.held = undefined;
  }
}
