import type { DockerEngine } from '../docker/docker-engine.js';
import { imageKeys } from '../docker/image-reference.js';

const FRESH_MS = 5_000;

/** Which images are present, requested at most once every few seconds. */
export class ImageNames {
  private held: { names: Promise<Set<string>>; until: number } | undefined;

  constructor(private readonly engine: DockerEngine) {}

  /** Returns a function that answers at once; it answers undefined if the engine could not be asked. */
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
