import type { QueryCacheNotifyEvent, QueryClient } from '@tanstack/react-query';
import type { FleetEvent } from './fleet-event.js';
import { withNewest, withNewestOnTop, type EventPage } from './newest-events.js';
import { afterEvents } from './reduce-topology.js';
import { keptOf, type Kept, type Topology } from './topology-draft.js';

const TOPOLOGY = '/v1/topology';
const EVENTS = '/v1/events';

/** How looks name what is kept up to date here: no event touches it by its path. */
const KEPT_TOPOLOGY = 'kept topology';
const KEPT_EVENTS = 'kept events';

const TOPOLOGY_KEY = [TOPOLOGY, {}] as const;
/** Many events at once become one change of what is shown. */
const GATHER_MS = 200;
/** More at once than a page can take in is looked at instead. */
const MOST_AT_ONCE = 5000;

interface Page {
  isHidden: () => boolean;
  /** What events could not keep up to date is asked for again. */
  onDoubt: (...names: string[]) => void;
}

/**
 * Keeps the topology and the newest events up to date with what events carry, without asking. What arrives while an
 * answer is on its way is applied to that answer too: nobody knows whether it was read before or after.
 */
export class KeptAnswers {
  #kept: Kept | undefined;
  #news: FleetEvent[] = [];
  /** Since the answer that is on its way was asked for. */
  #since: FleetEvent[] | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #unsubscribe: (() => void) | undefined;

  constructor(
    private readonly queries: QueryClient,
    private readonly page: Page,
  ) {}

  start(): void {
    // To compare each of its thousands of parts costs more than to draw them all again.
    this.queries.setQueryDefaults([TOPOLOGY], { structuralSharing: false });
    this.#unsubscribe = this.queries.getQueryCache().subscribe((change) => this.#answered(change));
  }

  take(events: readonly FleetEvent[]): void {
    this.#news.push(...events);
    this.#since?.push(...events);
    if (this.#news.length > MOST_AT_ONCE || (this.#since?.length ?? 0) > MOST_AT_ONCE) this.doubt();
    else this.#timer ??= setTimeout(() => this.#apply(), GATHER_MS);
  }

  /** Everything is looked at anew: what came before that is in it. */
  forget(): void {
    this.#news = [];
    if (this.#since) this.#since = [];
  }

  /** Something was missed, or was too much. */
  doubt(): void {
    this.forget();
    this.page.onDoubt(KEPT_TOPOLOGY, KEPT_EVENTS);
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#unsubscribe?.();
  }

  #apply(): void {
    this.#timer = undefined;
    const news = this.#news.splice(0);
    if (news.length === 0) return;
    if (this.page.isHidden()) return this.doubt();
    this.#applyToTopology(news);
    this.#applyToEvents(news);
  }

  #applyToTopology(news: readonly FleetEvent[]): void {
    const query = this.queries.getQueryCache().find({ queryKey: TOPOLOGY_KEY });
    const topology = query?.state.data as Topology | undefined;
    if (!query || !topology) return;
    // Nobody looks at it: whoever comes back to it asks anew.
    const before = query.isActive() && (this.#kept?.topology === topology ? this.#kept : keptOf(topology));
    const after = before && afterEvents(before, news);
    if (!after) return this.page.onDoubt(KEPT_TOPOLOGY);
    this.#kept = after;
    if (after.topology !== topology) this.#show(after.topology, query.state.dataUpdatedAt);
  }

  /** It is as old as its last look. */
  #show(topology: Topology, updatedAt: number): void {
    this.queries.setQueryData(TOPOLOGY_KEY, topology, { updatedAt });
  }

  #applyToEvents(news: readonly FleetEvent[]): void {
    for (const query of this.queries.getQueryCache().findAll({ queryKey: [EVENTS] })) {
      const data = query.state.data as EventPage | { pages: EventPage[]; pageParams: unknown[] } | undefined;
      const most = limitOf(query.queryKey);
      if (most === undefined || data === undefined || !query.isActive()) continue;
      const grown = 'pages' in data ? withNewestOnTop(data, news) : withNewest(data, news, most);
      if (grown !== data) this.queries.setQueryData(query.queryKey, grown);
    }
  }

  #answered({ type, query, ...change }: QueryCacheNotifyEvent): void {
    if (type !== 'updated' || nameOf(query.queryKey as readonly unknown[]) !== KEPT_TOPOLOGY || !('action' in change))
      return;
    const { action } = change;
    if (action.type === 'fetch') this.#since = [];
    else if (action.type === 'error') this.#since = undefined;
    else if (action.type === 'success' && action.manual !== true) {
      const since = this.#since ?? [];
      this.#since = undefined;
      this.#kept = undefined;
      if (since.length > 0) this.#applyToTopology(since);
    }
  }
}

/** How many newest events an answer has; undefined: it is not about all events. */
function limitOf(key: readonly unknown[]): number | undefined {
  const query = (key[1] as { query?: Record<string, unknown> } | undefined)?.query ?? {};
  const { limit = Infinity, ...filters } = query;
  const isFiltered = Object.values(filters).some((value) => value !== undefined);
  return isFiltered || typeof limit !== 'number' ? undefined : limit;
}

/** The name of an answer for looks: its path, unless it is kept up to date here. */
export function nameOf(key: readonly unknown[]): string {
  if (key[0] === TOPOLOGY) return KEPT_TOPOLOGY;
  return key[0] === EVENTS && limitOf(key) !== undefined ? KEPT_EVENTS : String(key[0]);
}
