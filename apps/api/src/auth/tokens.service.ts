import { Inject, Injectable } from '@nestjs/common';
import { Selector } from '@orrery/shared/contracts';
import type { Secret } from '@orrery/shared/runtime';
import { timingSafeEqual } from 'node:crypto';
import type { Visibility } from '../database/visibility.js';
import type { Authenticator } from './authenticator.js';
import { BatchedLookup } from './batched-lookup.js';
import { hashOf, isApiToken, prefixOf } from './bearer.js';
import type { Principal } from './principal.js';
import { TokensRepository, type StoredToken } from './tokens.repository.js';

/** Injection token: the admin token of the state folder. */
export const ADMIN_TOKEN = Symbol('ADMIN_TOKEN');

const MOST_KNOWN = 10_000;

@Injectable()
export class TokensService implements Authenticator {
  #adminStored: Promise<void> | undefined;
  /** Hashes that were valid: their lookups do not queue behind those of guesses. */
  readonly #known = new Set<string>();
  readonly #first = new BatchedLookup((hashes) => this.#findValid(hashes));
  readonly #again = new BatchedLookup((hashes) => this.#findValid(hashes));

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
    await this.#storeAdmin();
    const hash = hashOf(token);
    const key = hash.toString('base64');
    const found = await (this.#known.has(key) ? this.#again : this.#first).find(hash);
    if (!found || !timingSafeEqual(found.hash, hash)) {
      this.#known.delete(key);
      return undefined;
    }
    this.#remember(key);
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

  async #findValid(hashes: Buffer[]): Promise<ReadonlyMap<string, StoredToken>> {
    return new Map((await this.tokens.findValid(hashes)).map((token) => [token.hash.toString('base64'), token]));
  }

  #remember(key: string): void {
    if (this.#known.size >= MOST_KNOWN) this.#known.clear();
    this.#known.add(key);
  }

  /** Once, at the first lookup, because the database may have been unreachable at the start. */
  #storeAdmin(): Promise<void> {
    const token = this.adminToken.reveal();
    this.#adminStored ??= this.tokens.putAdmin(hashOf(token), prefixOf(token)).catch((error: unknown) => {
      this.#adminStored = undefined;
      throw error;
    });
    return this.#adminStored;
  }
}

/** A selector that cannot be read must not show anything, so it throws. */
const toVisibility = ({ hosts, networks }: NonNullable<StoredToken['scope']>): Visibility => ({
  hosts: hosts === null ? null : Selector.parse(hosts),
  networks,
});
