import { Inject, Injectable } from '@nestjs/common';
import type { Secret } from '@orrery/shared/runtime';
import type { Authenticator } from './authenticator.js';
import { SecretLookup } from './batched-lookup.js';
import { hashOf, isApiToken, prefixOf } from './bearer.js';
import type { Principal } from './principal.js';
import { principalOf, type FoundToken } from './stored-token.js';
import { TokensRepository } from './tokens.repository.js';

/** Injection token: the admin token of the state folder. */
export const ADMIN_TOKEN = Symbol('ADMIN_TOKEN');

@Injectable()
export class TokensService implements Authenticator {
  #adminStored: Promise<void> | undefined;
  readonly #lookup = new SecretLookup<FoundToken>((hashes) => this.tokens.findValid(hashes));

  constructor(
    private readonly tokens: TokensRepository,
    @Inject(ADMIN_TOKEN) private readonly adminToken: Secret,
  ) {}

  /**
   * The owner of this token, if it is valid now. Checked at every request, so a revoked token is invalid at once,
   * everywhere.
   */
  async identify(token: string): Promise<Principal | undefined> {
    if (!isApiToken(token)) return undefined;
    await this.storeAdmin();
    const found = await this.#lookup.find(hashOf(token));
    if (!found) return undefined;
    if (found.stale) await this.touch(found.id);
    return principalOf(found);
  }

  /** Records that the token was used now. */
  touch(id: string): Promise<void> {
    return this.tokens.touch(id);
  }

  /** Once, at the first lookup, because the database may have been unreachable at the start. */
  storeAdmin(): Promise<void> {
    const token = this.adminToken.reveal();
    this.#adminStored ??= this.tokens.putAdmin(hashOf(token), prefixOf(token)).catch((error: unknown) => {
      this.#adminStored = undefined;
      throw error;
    });
    return this.#adminStored;
  }
}
