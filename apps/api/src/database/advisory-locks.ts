/** Keys of the advisory locks, in one place so that no two purposes share one. */
export const LOCKS = {
  /** Held from before the first read to the commit of an ingest group, so that event IDs are in commit order. */
  ingest: 7_010_001,
  migrations: 7_010_002,
  partitions: 7_010_003,
  /** Held as long as a replica leads, which means that it judges presence. */
  leader: 7_010_004,
  pruning: 7_010_014,
} as const;
