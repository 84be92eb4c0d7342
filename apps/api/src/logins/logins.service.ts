import { Injectable } from '@nestjs/common';
import type { LoginId } from '@orrery/shared/contracts';
import { newId } from '@orrery/shared/runtime';
import { randomBytes, timingSafeEqual } from 'node:crypto';
import { SecretLookup } from '../auth/batched-lookup.js';
import { hashOf } from '../auth/bearer.js';
import type { Principal } from '../auth/principal.js';
import { principalOf } from '../auth/stored-token.js';
import { TokensService } from '../auth/tokens.service.js';
import { LoginsRepository, type FoundLogin } from './logins.repository.js';

/** With both halves: only the answer to `POST /v1/logins` ever has them. */
interface OpenedLogin {
  id: LoginId;
  secret: string;
  cookie: string;
  principal: Principal;
}

interface IdentifiedLogin {
  principal: Principal;
  /** The cookie to give to the browser again, for the whole time of rest; undefined: it was a moment ago. */
  renew: string | undefined;
}

/**
 * Logins of pages in browsers. A login is two secrets: one in a cookie, which a page cannot read, and one in a header,
 * which no other site's page can send (docs/adr/0041-a-login-has-two-halves.md). What it is allowed to do comes from
 * its token, at every request.
 */
@Injectable()
export class Logins {
  readonly #lookup = new SecretLookup<FoundLogin>((hashes) => this.repository.findLive(hashes));

  constructor(
    private readonly tokens: TokensService,
    private readonly repository: LoginsRepository,
  ) {}

  /** Undefined: the token is not valid. `cookies`: those that the browser has. */
  async open(token: string, cookies: readonly string[]): Promise<OpenedLogin | undefined> {
    const principal = await this.tokens.identify(token);
    if (!principal) return undefined;
    const { tokenId } = principal;
    const cookie = (await this.#cookieOf(tokenId, cookies)) ?? newHalf();
    const [secret, id] = [newHalf(), newId('lgn')];
    const hashes = { secretHash: hashOf(secret), cookieHash: hashOf(cookie), tokenHash: hashOf(token) };
    await this.repository.add({ id, tokenId, ...hashes });
    return { id, secret, cookie, principal: { ...principal, login: id } };
  }

  /** Whose login these are the halves of, if it has not ended. */
  async identify(secret: string, cookies: readonly string[]): Promise<IdentifiedLogin | undefined> {
    // If the admin token was replaced while the API was down, its logins end now.
    await this.tokens.storeAdmin();
    const found = await this.#lookup.find(hashOf(secret));
    const cookie = found && cookies.find((half) => timingSafeEqual(hashOf(half), found.cookieHash));
    if (!found || cookie === undefined) return undefined;
    const { login, id, stale } = found;
    if (stale) await Promise.all([this.repository.touch(login), this.tokens.touch(id)]);
    return { principal: { ...principalOf(found), login }, renew: stale ? cookie : undefined };
  }

  /**
   * The cookie that a login of this token gave to this browser: another one would log its other tabs out. Any other
   * cookie may have been planted.
   */
  async #cookieOf(tokenId: string, cookies: readonly string[]): Promise<string | undefined> {
    if (cookies.length === 0) return undefined;
    const found = await this.repository.cookieOf(tokenId, cookies.map(hashOf));
    return found && cookies.find((half) => timingSafeEqual(hashOf(half), found));
  }

  end(id: LoginId): Promise<void> {
    return this.repository.remove(id);
  }
}

const newHalf = () => randomBytes(32).toString('base64url');
