import type { EntityManager } from 'typeorm';

/** Where a repository reads: the data source, or the manager of a transaction. */
export type Sql = Pick<EntityManager, 'query'>;

/**
 * A transaction under way: statements, and the entities of desired state
 * (docs/adr/0005-migrations-by-hand-and-set-based-ingest.md).
 */
export type Transaction = EntityManager;

/** In a write of an entity: its next version, for If-Match. */
export const nextVersion = () => 'version + 1';

/** In a write of an entity: the current time by the database's clock. */
export const now = () => 'now()';
export const secondsFromNow = (seconds: number) => () => `now() + interval '${seconds} s'`;
