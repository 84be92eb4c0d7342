import type { EntityManager } from 'typeorm';

/** Where a repository reads: the data source, or the manager of a transaction. */
export type Sql = Pick<EntityManager, 'query'>;

/** A transaction that is under way; services pass it on and know nothing more of it. */
export type Transaction = EntityManager;
