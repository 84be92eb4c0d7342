import { keepPreviousData, QueryClient, useInfiniteQuery, useQuery, type UseQueryResult } from '@tanstack/react-query';
import { useEffect, useMemo } from 'react';
import { read, Unreachable, type Answer, type Asking, type ReadPath } from './client.js';

/** What a page of a list holds. */
type Item<P extends ReadPath> = Answer<P> extends { items: (infer One)[] } ? One : never;
type ListPath = { [P in ReadPath]: Answer<P> extends { items: unknown[]; next: string | null } ? P : never }[ReadPath];

const LARGEST_PAGE = 500;

/** What the API refused stays refused; what did not arrive is asked for again. */
export const createQueries = () =>
  new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: 15_000,
        retry: (failures, error) => error instanceof Unreachable && failures < 2,
        refetchOnWindowFocus: true,
      },
    },
  });

/** One answer of the API, kept up to date by events (live/touched.ts), whose paths are the first part of the key. */
export function useRead<P extends ReadPath>(
  path: P,
  asking: Asking = {},
  { enabled = true }: { enabled?: boolean } = {},
): UseQueryResult<Answer<P>> {
  return useQuery({
    queryKey: [path, asking],
    queryFn: ({ signal }) => read(path, asking, signal),
    enabled,
  });
}

export interface Listed<T> {
  items: T[];
  /** All pages have arrived. */
  isWhole: boolean;
  error: Error | null;
}

/** All pages of a list, one after another. */
export function useList<P extends ListPath>(
  path: P,
  query: Asking['query'] = {},
  { enabled = true }: { enabled?: boolean } = {},
): Listed<Item<P>> {
  const { data, hasNextPage, isFetching, fetchNextPage, error } = usePages(
    path,
    { query },
    { limit: LARGEST_PAGE, enabled },
  );
  useEffect(() => {
    if (hasNextPage && !isFetching) void fetchNextPage();
  }, [hasNextPage, isFetching, fetchNextPage]);
  const items = useMemo(() => itemsOf<P>(data?.pages), [data]);
  return { items, isWhole: data !== undefined && !hasNextPage, error };
}

export interface EndlessList<T> extends Listed<T> {
  /** The items of what was asked for before, until those of what is asked for now arrive. */
  isOld: boolean;
  /** What the items were asked for with: another list begins at its top. */
  of: string;
  /** Asks for the next page. Undefined: there is none now. */
  more: (() => void) | undefined;
  isAsking: boolean;
  /** Why the next page did not arrive. `more` asks for it again. */
  moreError: Error | null;
}

interface Endless {
  /** Entries on the first page, and on each that follows. */
  limit?: number;
  nextLimit?: number;
  parts?: Asking['path'];
  /** Another question about the same things: what was answered before stays until the answer is there. */
  keeps?: boolean;
}

/** A list whose further pages are asked for when somebody reads that far. */
export function useEndlessList<P extends ListPath>(
  path: P,
  query: Asking['query'] = {},
  { limit = 100, nextLimit = limit, parts, keeps = false }: Endless = {},
): EndlessList<Item<P>> {
  const { data, isPlaceholderData, hasNextPage, isFetching, isFetchingNextPage, fetchNextPage, ...failed } = usePages(
    path,
    { query, path: parts },
    { limit, nextLimit, keeps },
  );
  return {
    items: useMemo(() => itemsOf<P>(data?.pages), [data]),
    isWhole: data !== undefined && !isPlaceholderData && !hasNextPage,
    isOld: isPlaceholderData,
    of: data?.pages[0]?.of ?? '',
    error: failed.error,
    more: hasNextPage && !isFetching ? () => void fetchNextPage({ cancelRefetch: false }) : undefined,
    isAsking: isFetchingNextPage,
    moreError: failed.isFetchNextPageError ? failed.error : null,
  };
}

interface Paging {
  limit: number;
  nextLimit?: number;
  keeps?: boolean;
  enabled?: boolean;
}

function usePages<P extends ListPath>(
  path: P,
  asking: Asking,
  { limit, nextLimit = limit, keeps, enabled = true }: Paging,
) {
  const of = JSON.stringify(asking);
  return useInfiniteQuery({
    queryKey: [path, asking, 'all', limit],
    queryFn: async ({ pageParam: after, signal }) => {
      const size = after === undefined ? limit : nextLimit;
      const page = await read(path, { ...asking, query: { ...asking.query, limit: size, after } }, signal);
      return { ...(page as Page<Item<P>>), of };
    },
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ next }) => next ?? undefined,
    enabled,
    ...(keeps && { placeholderData: keepPreviousData }),
  });
}

interface Page<T> {
  items: T[];
  next: string | null;
}

const itemsOf = <P extends ListPath>(pages: readonly Page<Item<P>>[] = []): Item<P>[] =>
  pages.flatMap(({ items }) => items);
