import type { NetworkId, Selector } from '@orrery/shared/contracts';
import { AsyncLocalStorage } from 'node:async_hooks';

/** What a token with a scope may see and change; null: no limit of that kind. */
export interface Visibility {
  hosts: Selector | null;
  networks: readonly NetworkId[] | null;
}

const current = new AsyncLocalStorage<Visibility | undefined>();

/** Runs work that sees only this; undefined: everything. */
export const withVisibility = <T>(visibility: Visibility | undefined, work: () => T): T =>
  current.run(visibility, work);

/** Of the request that is being answered; undefined also for all that the process does by itself. */
export const visibilityNow = (): Visibility | undefined => current.getStore();
