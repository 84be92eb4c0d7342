import type { Principal } from './principal.js';

/** Identifies a bearer that is valid now. Tokens are the only kind; another (OIDC) would be tried alongside. */
export abstract class Authenticator {
  abstract identify(bearer: string): Promise<Principal | undefined>;
}
