import type { Principal } from './principal.js';

/** Who a bearer is, if it is valid now. Tokens are the one kind; another (OIDC) would be tried beside it. */
export abstract class Authenticator {
  abstract identify(bearer: string): Promise<Principal | undefined>;
}
