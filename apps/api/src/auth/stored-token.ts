import { Selector } from '@orrery/shared/contracts';
import type { Visibility } from '../database/visibility.js';
import type { ApiTokenEntity } from '../database/entities/api-token.entity.js';
import type { Principal } from './principal.js';

/** A token as it is read for a request, without its hash. */
interface StoredToken extends Pick<ApiTokenEntity, 'id' | 'name' | 'role' | 'scope'> {
  until: Date | null;
}

/** A token that was found by the hash of what a request showed. */
export interface FoundToken extends StoredToken {
  hash: Buffer;
  /** Its last recorded use is a minute ago. */
  stale: boolean;
}

/** The columns of `StoredToken`, of the table `t`. */
export const TOKEN_COLUMNS = 't.id, t.name, t.role, t.scope, t.expires_at AS until';
/** Whether the token `t` is valid now. */
export const IS_VALID = 't.revoked_at IS NULL AND (t.expires_at IS NULL OR t.expires_at > now())';
/** Uses are recorded at most once a minute, so that reading does not become writing. */
export const IS_STALE = (column: string) => `${column} < now() - interval '1 minute'`;

export const principalOf = ({ id, name, role, scope, until }: StoredToken): Principal => ({
  tokenId: id,
  name,
  role,
  ...(scope ? { scope: toVisibility(scope), writtenScope: scope } : {}),
  ...(until ? { until } : {}),
});

/** A selector that cannot be read must not show anything, so it throws. */
const toVisibility = ({ hosts, networks }: NonNullable<StoredToken['scope']>): Visibility => ({
  hosts: hosts === null ? null : Selector.parse(hosts),
  networks,
});
