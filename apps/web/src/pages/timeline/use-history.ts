import { useInfiniteQuery, useQueries } from '@tanstack/react-query';
import { read, type Asking, type Shape } from '../../api/client.js';
import { useRead } from '../../api/use-read.js';
import type { PastFact, Rewind } from './past.js';

type Event = Shape<'CloudEvent'>;
type Query = Asking['query'];

/** How many events are asked for at once. */
const PAGE = 60;
/** What came after a moment: as many as fit a scale. */
const AFTER = 200;
/** The newest of these may say nothing of what is asked, but hardly all of them. */
const DECIDING = 10;
/** Some of these are loaded already. */
const MANY = 100;

export interface History {
  /** By the time at which they happened. */
  events: readonly Event[];
  /** There are no later ones. */
  reachesNow: boolean;
  /** There are no earlier ones: either nothing happened before, or it is not kept any more. */
  isFromStart: boolean;
  /** The end of what is known, in milliseconds. */
  now: number;
  /** Asks the API for what was committed before these; undefined: nothing was. */
  before: { until: string; limit: number } | undefined;
  /** When the first and the last of them were committed, in ISO 8601. */
  span: { from: string; to: string } | undefined;
  /** Asks for earlier ones. */
  earlier: (() => void) | undefined;
}

/**
 * Events of a thing: the newest, which events keep up to date, or those around a moment (ISO 8601). What lies before a
 * moment does not change, so it is asked for once. Undefined until it is known.
 */
export function useHistory(query: Query, around: string | undefined): History | undefined {
  const isPast = around !== undefined;
  const newest = useRead('/v1/events', { query: { ...query, limit: PAGE } }, { enabled: !isPast });
  const before = useInfiniteQuery({
    queryKey: ['past events', query, around],
    queryFn: ({ pageParam, signal }) =>
      read('/v1/events', { query: { ...query, until: around, limit: PAGE, after: pageParam } }, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ next }) => next ?? undefined,
    enabled: isPast,
    staleTime: Infinity,
  });
  const after = useRead(
    '/v1/events',
    { query: { ...query, since: around, order: 'asc', limit: AFTER } },
    { enabled: isPast },
  );
  if (!isPast) {
    if (!newest.data) return undefined;
    const { items, next } = newest.data;
    return historyOf(items, { isFromStart: next === null, reachesNow: true, now: newest.dataUpdatedAt });
  }
  if (!before.data || !after.data) return undefined;
  const items = [...after.data.items.toReversed(), ...before.data.pages.flatMap((page) => page.items)];
  const { hasNextPage, isFetching, fetchNextPage } = before;
  return {
    ...historyOf(items, {
      isFromStart: !hasNextPage,
      reachesNow: after.data.next === null,
      now: after.dataUpdatedAt,
    }),
    earlier: hasNextPage && !isFetching ? () => void fetchNextPage() : undefined,
  };
}

/** Those of one commit may be cut by the end of a page: what is shown begins after it, if anything does. */
function historyOf(items: readonly Event[], rest: Pick<History, 'isFromStart' | 'reachesNow' | 'now'>): History {
  const [last, first] = [items[0], items.at(-1)];
  if (!first || !last) return { ...rest, events: [], before: undefined, span: undefined, earlier: undefined };
  const cut = first.orrerycommittime;
  const whole = rest.isFromStart ? items : items.filter(({ orrerycommittime }) => orrerycommittime !== cut);
  const shown = whole.length > 0 ? whole : items;
  const until = new Date(Date.parse(cut) + 1).toISOString();
  return {
    ...rest,
    // What a host reports late happened before; of one moment as they were committed.
    events: shown.toReversed().toSorted((one, other) => Date.parse(one.time) - Date.parse(other.time)),
    before: rest.isFromStart ? undefined : { until, limit: shown === items ? MANY : DECIDING },
    span: { from: cut, to: last.orrerycommittime },
    earlier: undefined,
  };
}

/**
 * Of each fact that no loaded event tells, the events before those that may: a host can have been online for longer than
 * anybody reads back. `isKnown`: all of them were read.
 */
export function useDeciding(
  query: Query,
  rewind: Rewind,
  facts: readonly PastFact[],
  before: History['before'],
): { events: Event[]; isKnown: boolean } {
  const open = before === undefined ? [] : rewind.filter((_, at) => facts[at]?.since === undefined);
  const answers = useQueries({
    queries: open.map(({ types: type }) => ({
      queryKey: ['past events', query, type, before],
      queryFn: ({ signal }: { signal: AbortSignal }) =>
        read('/v1/events', { query: { ...query, ...before, type } }, signal),
      staleTime: Infinity,
    })),
  });
  return {
    events: answers.flatMap(({ data }) => data?.items ?? []),
    isKnown: answers.every(({ isSuccess }) => isSuccess),
  };
}
