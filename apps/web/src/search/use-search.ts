import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { read } from '../api/client.js';
import { entriesOf, type Answers, type Entry } from './entries.js';

const MOST_OF_A_KIND = 5;
/** Nobody waits for what was found for half a word. */
const SETTLE_MS = 150;

/** What the API finds for this text, in everything that has names. What was found before stays until then. */
export function useSearch(text: string): { entries: Entry[]; isBusy: boolean; error: Error | null } {
  const q = useSettled(text);
  const { data, error, isPlaceholderData } = useQuery({
    queryKey: ['search', q],
    queryFn: async ({ signal }) => entriesOf(await askAll(q, signal), q),
    enabled: q !== '',
    staleTime: 5000,
    placeholderData: keepPreviousData,
  });
  const isBusy = text !== '' && (q !== text || (data === undefined && error === null) || isPlaceholderData);
  return { entries: text === '' ? [] : (data ?? []), isBusy, error };
}

async function askAll(q: string, signal: AbortSignal): Promise<Answers> {
  const asking = { query: { q, limit: MOST_OF_A_KIND } };
  const [hosts, nodes, containers, networks, memberships] = await Promise.all([
    read('/v1/hosts', asking, signal),
    read('/v1/nodes', asking, signal),
    read('/v1/containers', asking, signal),
    read('/v1/networks', asking, signal),
    read('/v1/memberships', asking, signal),
  ]);
  return { hosts, nodes, containers, networks, memberships };
}

function useSettled(text: string): string {
  const [settled, settle] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => settle(text), text === '' ? 0 : SETTLE_MS);
    return () => clearTimeout(timer);
  }, [text]);
  return settled;
}
