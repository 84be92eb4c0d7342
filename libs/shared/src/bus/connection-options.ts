import type { Authenticator, ConnectionOptions } from '@nats-io/transport-node';
import type { Logger } from '../runtime/index.js';
import type { NatsCredentials } from './trust/nats-trust.js';
import { signed } from './trust/nkey.js';

export interface BusOptions {
  servers: string[];
  user?: string | undefined;
  password?: string | undefined;
  /** Instead of user and password. Asked for at every connect, so that a JWT may be renewed meanwhile. */
  credentials?: (() => NatsCredentials) | undefined;
  /** The authority (PEM) of the server's certificate, when that is none of the public ones. */
  ca?: string | undefined;
  /** Shown by the broker; also says who we are in its logs. */
  name: string;
  /** Where replies to us go: `_INBOX.<host>` for an agent, `_INBOX.api` for the API. */
  inboxPrefix: string;
  logger: Logger;
  /** For who asks one partner only: after so many milliseconds with requests and no answer at all the connection is made again. */
  deafAfterMs?: number;
  /** How long `close` waits for handlers that are still at work. */
  drainMs?: number;
}

/** What the client is told: it looks at its link often, and never gives up. */
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

/** As the client's own authenticator does it, but in no time: a server waits two seconds for this, however busy the machine is. */
const byJwt =
  (credentials: () => NatsCredentials): Authenticator =>
  (nonce = '') => {
    const { jwt, seed } = credentials();
    return { jwt, sig: signed(seed, Buffer.from(nonce)).toString('base64url') };
  };
