import { useMemo } from 'react';
import { useList } from '../../api/use-read.js';

/** The names of networks by ID, because events carry IDs only. */
export function useNetworkNames(): ReadonlyMap<string, string> {
  const { items } = useList('/v1/networks');
  return useMemo(() => new Map(items.flatMap(({ id, name }) => (name === null ? [] : [[id, name] as const]))), [items]);
}
