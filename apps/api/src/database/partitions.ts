const DAY_MS = 86_400_000;

/** One day of events. Bounds are UTC midnights. */
export interface Partition {
  name: string;
  from: string;
  to: string;
}

/** The partition of the day that contains this moment. */
export function partitionOf(moment: number): Partition {
  const start = Math.floor(moment / DAY_MS) * DAY_MS;
  const from = new Date(start).toISOString();
  return {
    name: `events_${from.slice(0, 10).replaceAll('-', '')}`,
    from,
    to: new Date(start + DAY_MS).toISOString(),
  };
}

/**
 * The partitions to create and to drop: today and `aheadDays` after it must exist; whole days older than the retention
 * are dropped. Pure.
 */
export function planPartitions(
  existing: readonly string[],
  now: number,
  aheadDays: number,
  retentionDays: number,
): { make: Partition[]; drop: string[] } {
  const days = Array.from({ length: aheadDays + 1 }, (_, day) => partitionOf(now + day * DAY_MS));
  const oldest = partitionOf(now - retentionDays * DAY_MS).name;
  return {
    make: days.filter(({ name }) => !existing.includes(name)),
    drop: existing.filter((name) => /^events_\d{8}$/.test(name) && name < oldest),
  };
}
