import { Inject, Injectable } from '@nestjs/common';
import { Selector } from '@orrery/shared/contracts';
import type { Secret } from '@orrery/shared/runtime';
import { timingSafeEqual } from 'node:crypto';
import type { Visibility } from '../database/visibility.js';
import type { Authenticator } from './authenticator.js';
import { hashOf, isApiToken, prefixOf } from './bearer.js';
import type { Principal } from './principal.js';
import { TokensRepository, type StoredToken } from './tokens.repository.js';

/** Injection token: the admin token of the state folder. */
export const ADMIN_TOKEN = Symbol('ADMIN_TOKEN');

@Injectable()
export class TokensService implements Authenticator {
  #adminStored: Promise<void> | undefined;

  constructor(
    private readonly tokens: TokensRepository,
    @Inject(ADMIN_TOKEN) private readonly adminToken: Secret,
  ) {}

  /** Who this token is, if it is valid now. Asked at every request: what is revoked is worth nothing at once, everywhere. */
  async identify(token: string): Promise<Principal | undefined> {
    if (!isApiToken(token)) return undefined;
    await this.#storeAdmin();
    const hash = hashOf(token);
    const found = await this.tokens.findValid(hash);
    if (!found || !timingSafeEqual(found.hash, hash)) return undefined;
    if (found.stale) await this.tokens.touch(found.id);
    const { id, name, role, scope, until } = found;
    return {
      tokenId: id,
      name,
      role,
      ...(scope ? { scope: toVisibility(scope) } : {}),
      ...(until ? { until } : {}),
    };
  }

  /** Once, at the first look-up: the database may have been away at the start. */
  #storeAdmin(): Promise<void> {
    const token = this.adminToken.reveal();
    this.#adminStored ??= this.tokens.putAdmin(hashOf(token), prefixOf(token)).catch((error: unknown) => {
      this.#adminStored = undefined;
      throw error;
    });
    return this.#adminStored;
  }
}

/** A selector that cannot be read lets nothing be seen: it throws. */
const toVisibility = ({ hosts, networks }: NonNullable<StoredToken['scope']>): Visibility => ({
  hosts: hosts === null ? null : Selector.parse(hosts),
  networks,
});
