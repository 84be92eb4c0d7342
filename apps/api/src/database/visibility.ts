import type { NetworkId, Role, Selector } from '@orrery/shared/contracts';
import { AsyncLocalStorage } from 'node:async_hooks';

/** What a token with a scope may see and change; null: no limit of that kind. */
export interface Visibility {
  hosts: Selector | null;
  networks: readonly NetworkId[] | null;
}

const current = new AsyncLocalStorage<Visibility | undefined>();
const role = new AsyncLocalStorage<Role | undefined>();

/** Runs work that sees only this; undefined: everything. */
export const withVisibility = <T>(visibility: Visibility | undefined, work: () => T): T =>
  current.run(visibility, work);

/** The visibility of the current request; undefined as well for everything that the process does by itself. */
export const visibilityNow = (): Visibility | undefined => current.getStore();

/** Runs the work of a request within the scope of its token, and with the token's role. */
export const withAsker = <T>(asker: { scope?: Visibility; role: Role } | undefined, work: () => T): T =>
  role.run(asker?.role, () => withVisibility(asker?.scope, work));

/** Whether to hide what only admins may know. The process itself sees everything. */
export const hidesFromAsker = (): boolean => {
  const asking = role.getStore();
  return asking !== undefined && (asking !== 'admin' || visibilityNow() !== undefined);
};
