import type { CallOptions } from './engine-connection.js';
import type { EngineContainers, Listed } from './engine-containers.js';
import type { InspectedContainer } from './inspected.js';

/** In case that an event was not heard, of something that a list does not show: limits. */
const HELD_MS = 5 * 60_000;

interface Held {
  inspect: Promise<InspectedContainer | undefined>;
  as: string;
  events: number;
  at: number;
}

/** What the engine says of each container, held until an event says that one has changed, or a list shows it otherwise. */
export class HeldInspects {
  readonly #held = new Map<string, Held>();
  #events = 0;

  constructor(
    private readonly containers: Pick<EngineContainers, 'inspect'>,
    /** Whether events come; while none do, nothing is held. */
    private readonly following: { isFollowed: boolean },
  ) {}

  /** Something has changed in the engine. */
  forget(): void {
    this.#events += 1;
  }

  async of(listed: Listed, options: CallOptions): Promise<InspectedContainer | undefined> {
    const now = performance.now();
    const { Status: _since, ...shown } = listed;
    const as = JSON.stringify(shown);
    const held = this.#held.get(listed.Id);
    const holds = held?.as === as && held.events === this.#events && now - held.at < HELD_MS;
    if (holds && this.following.isFollowed) return held.inspect;
    const inspect = this.containers.inspect(listed.Id, options);
    this.#held.set(listed.Id, { inspect, as, events: this.#events, at: now });
    inspect.catch(() => this.#held.delete(listed.Id));
    return inspect;
  }

  /** Keeps only what still exists. */
  keep(ids: ReadonlySet<string>): void {
    for (const id of this.#held.keys()) if (!ids.has(id)) this.#held.delete(id);
  }
}
