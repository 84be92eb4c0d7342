/** Indexes a list by a key; if two elements share a key, the last one stays. */
export function byKey<T, K>(list: readonly T[], keyOf: (one: T) => K): Map<K, T> {
  return new Map(list.map((one) => [keyOf(one), one]));
}

/** Compares plain data by content; the order of keys does not matter, the order of lists does. */
export const differs = (one: unknown, other: unknown): boolean => canonical(one) !== canonical(other);

export function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}
