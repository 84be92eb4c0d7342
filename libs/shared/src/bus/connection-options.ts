import type { Authenticator, ConnectionOptions } from '@nats-io/transport-node';
import type { Logger } from '../runtime/index.js';
import type { NatsCredentials } from './trust/nats-trust.js';
import { signed } from './trust/nkey.js';

export interface BusOptions {
  servers: string[];
  user?: string | undefined;
  password?: string | undefined;
  /** Used instead of user and password. Requested at every connect, because a JWT may have been renewed meanwhile. */
  credentials?: (() => NatsCredentials) | undefined;
  /** The CA certificate (PEM) for the server, if it has none of a public CA. */
  ca?: string | undefined;
  /** Identifies us in the broker's lists and logs. */
  name: string;
  /** Where replies to us go: `_INBOX.<host>` for an agent, `_INBOX.api` for the API. */
  inboxPrefix: string;
  logger: Logger;
  /** For a client with one partner only: reconnect after this many milliseconds with requests but without any answer. */
  deafAfterMs?: number;
  /** How long `close` waits for handlers that are still running. */
  drainMs?: number;
}

/** Settings of the client: it checks its connection often and never gives up. */
export function connectionOptions(options: BusOptions): ConnectionOptions {
  const { servers, user, password, credentials, ca, name, inboxPrefix } = options;
  const jitter = { reconnectTimeWait: 250, reconnectJitter: 500, reconnectJitterTLS: 500 };
  const liveness = { pingInterval: 5000, maxPingOut: 2, maxReconnectAttempts: -1, timeout: 5000 };
  return {
    servers,
    name,
    inboxPrefix,
    ...jitter,
    ...liveness,
    ...(user === undefined ? {} : { user, pass: password ?? '' }),
    ...(credentials ? { authenticator: byJwt(credentials) } : {}),
    ...(servers.some((server) => server.startsWith('tls:')) ? { tls: ca === undefined ? {} : { ca } } : {}),
    ignoreAuthErrorAbort: true,
  };
}

/** Like the client's own authenticator, but much faster: a server waits only two seconds for this, however busy the machine is. */
const byJwt =
  (credentials: () => NatsCredentials): Authenticator =>
  (nonce = '') => {
    const { jwt, seed } = credentials();
    return { jwt, sig: signed(seed, Buffer.from(nonce)).toString('base64url') };
  };
