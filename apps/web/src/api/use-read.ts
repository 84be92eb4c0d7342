import { QueryClient, useInfiniteQuery, useQuery, type UseQueryResult } from '@tanstack/react-query';
import { useEffect } from 'react';
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
export function useList<P extends ListPath>(path: P, query: Asking['query'] = {}): Listed<Item<P>> {
  const { data, hasNextPage, isFetching, fetchNextPage, error } = usePages(path, { query }, LARGEST_PAGE);
  useEffect(() => {
    if (hasNextPage && !isFetching) void fetchNextPage();
  }, [hasNextPage, isFetching, fetchNextPage]);
  return { items: itemsOf<P>(data?.pages), isWhole: data !== undefined && !hasNextPage, error };
}

/** A list whose further pages are asked for when somebody reads that far. */
export function useEndlessList<P extends ListPath>(
  path: P,
  query: Asking['query'] = {},
  { limit = 100, parts }: { limit?: number; parts?: Asking['path'] } = {},
) {
  const { data, hasNextPage, isFetching, fetchNextPage, error } = usePages(path, { query, path: parts }, limit);
  const more = hasNextPage && !isFetching ? () => void fetchNextPage() : undefined;
  return { items: itemsOf<P>(data?.pages), isWhole: data !== undefined && !hasNextPage, error, more };
}

function usePages<P extends ListPath>(path: P, { query, path: parts }: Asking, limit: number) {
  return useInfiniteQuery({
    queryKey: [path, { query, path: parts }, 'all', limit],
    queryFn: ({ pageParam, signal }) =>
      read(path, { query: { ...query, limit, after: pageParam }, path: parts }, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => (last as { next: string | null }).next ?? undefined,
  });
}

const itemsOf = <P extends ListPath>(pages: readonly unknown[] | undefined): Item<P>[] =>
  (pages ?? []).flatMap((page) => (page as { items: Item<P>[] }).items);
