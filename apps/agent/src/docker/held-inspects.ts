import type { CallOptions } from './engine-connection.js';
import type { EngineContainers, Listed } from './engine-containers.js';
import type { InspectedContainer } from './inspected.js';

/** In case an event was missed about something that a list does not show, such as limits. */
const HELD_MS = 5 * 60_000;

interface Held {
  inspect: Promise<InspectedContainer | undefined>;
  as: string;
  events: number;
  at: number;
}

/** Caches the inspection of each container until an event reports a change or its entry in a list differs. */
export class HeldInspects {
  readonly #held = new Map<string, Held>();
  #events = 0;

  constructor(
    private readonly containers: Pick<EngineContainers, 'inspect'>,
    /** Whether events are being received; while they are not, nothing is cached. */
    private readonly following: { isFollowed: boolean },
  ) {}

  /** Called when something has changed in the engine: one container, or anything. */
  forget(id?: string): void {
    if (id === undefined) this.#events += 1;
    else this.#held.delete(id);
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

  /** Drops containers that no longer exist. */
  keep(ids: ReadonlySet<string>): void {
    for (const id of this.#held.keys()) if (!ids.has(id)) this.#held.delete(id);
  }
}

/** In case an event was missed: the longest that a list is believed. */
const LISTED_MS = 60_000;

/** Caches the list of all containers until an event reports a change of any of them. */
export class HeldList {
  #held: { listed: Promise<Listed[]>; events: number; at: number } | undefined;
  #events = 0;

  constructor(
    private readonly containers: Pick<EngineContainers, 'listed'>,
    /** Whether events are being received; while they are not, nothing is cached. */
    private readonly following: { isFollowed: boolean },
    private readonly now: () => number = () => performance.now(),
  ) {}

  forget(): void {
    this.#events += 1;
  }

  /** The same array as long as nothing has changed. */
  async all(options: CallOptions): Promise<Listed[]> {
    const held = this.#held;
    const holds = held?.events === this.#events && this.now() - held.at < LISTED_MS;
    if (holds && this.following.isFollowed) return held.listed;
    const listed = this.containers.listed({}, options);
    this.#held = { listed, events: this.#events, at: this.now() };
    listed.catch(() => (this.#held = undefined));
    return listed;
  }
}
