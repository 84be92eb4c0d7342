import type { ProblemCode } from '../problems.js';
import { counted, get, path, type Table } from './entry.js';

const DOCS = get('/docs');

/** Problems that do not depend on what a request is about: its form, its sender, and what the API itself lacks. */
export const DOOR = {
  'bad-request': {
    means: 'The request does not have the documented shape.',
    fix: 'Correct the fields that `errors` lists; /docs has every schema.',
    see: DOCS,
  },
  'bad-request/host-too-full': {
    cause: ({ host }: { host: string }) =>
      `host ${host} would have more containers and memberships than fit into one message`,
    fix: 'Spread them over more hosts.',
    see: get('/v1/hosts'),
  },
  'bad-request/central-url': {
    cause: ({ why }: { why: string }) => `cannot use the URL of ZeroTier Central: ${why}`,
    fix: 'Use https://api.zerotier.com/api/v1.',
  },
  'bad-request/cursor': {
    cause: 'after: not a cursor of this list with these filters',
    fix: 'Use `next` of the previous page, with the same filters, or leave `after` out to begin again.',
  },
  'bad-request/by-central': {
    fix: 'Check the rules, pools and routes of the network: Central says what is wrong with them if you enter them there.',
  },
  unauthenticated: {
    means: 'The request has no token, or one that is not valid.',
    fix: 'Log in (`orrery login URL`), or send a valid token: `Authorization: Bearer TOKEN`. The admin token is in secrets/admin.token in the state folder (~/.orrery).',
  },
  'unauthenticated/bearer': { cause: 'a valid bearer token is required' },
  'unauthenticated/token': {
    cause: 'this token is not valid',
    fix: 'Enter a token that is valid now. The admin token is in secrets/admin.token in the state folder (~/.orrery); an admin creates others: `orrery token create NAME --role ROLE`.',
  },
  'unauthenticated/login': {
    cause: 'this login has ended, or one of its two halves is missing',
    fix: 'Log in again with a token. A login ends with its token, and 12 hours after its last use.',
    see: { method: 'POST', path: '/v1/logins' },
  },
  'two-credentials': {
    means: 'The request has a bearer token and a login, which could belong to different people.',
    fix: 'Send either `Authorization: Bearer TOKEN` or a login, not both. To use a token in a browser that is logged in, log out first.',
    see: { method: 'DELETE', path: '/v1/me/login' },
  },
  'two-credentials/both': { cause: 'the request has a bearer token and a login' },
  'unknown-login': {
    means: 'The request did not come with a login, so there is none to end.',
    fix: 'To end a token instead, revoke it: `orrery token revoke NAME`.',
    see: { method: 'DELETE', path: '/v1/tokens/{token}' },
  },
  'unknown-login/bearer': { cause: 'this request came with a bearer token, not with a login' },
  forbidden: {
    means: 'The role or the scope of the token does not allow this.',
    fix: 'Use a token with the role or the scope that the problem names: `orrery token create NAME --role ROLE`.',
    see: { method: 'POST', path: '/v1/tokens' },
  },
  'forbidden/beyond-scope': { cause: 'this is outside the scope of your token' },
  'forbidden/foreign-page': {
    cause: 'a page of another site is not allowed to change anything here',
    fix: 'Use the CLI, or a page that this API serves itself.',
  },
  'forbidden/no-network': {
    cause: 'your token is for networks, but this concerns none of them',
    fix: 'Name one of its networks, or use a token whose scope names the host, too: `orrery token create NAME --role ROLE --scope "hosts:SELECTOR;networks:NETWORK"`.',
  },
  'forbidden/beyond-hosts': {
    cause: 'a network reaches beyond the hosts of your token',
    fix: 'Use a token whose scope names the network, too: `orrery token create NAME --role ROLE --scope "hosts:SELECTOR;networks:NETWORK"`.',
  },
  'forbidden/naming-networks': {
    cause: 'everyone shares the names of networks, and your token has a scope',
    fix: 'Use a token without a scope to add, change or remove the name of a network: `orrery token create NAME --role ROLE`.',
  },
  'forbidden/network-not-in-scope': {
    cause: ({ network }: { network: string }) => `the network ${network} is not in the scope of your token`,
    fix: ({ network }: { network: string }) =>
      `Use a token whose scope names it: \`orrery token create NAME --role ROLE --scope networks:${network}\`.`,
  },
  'unknown-route': {
    means: 'There is no such URL.',
    fix: 'Find the URL in /docs, which lists all of them.',
    see: DOCS,
  },
  'revision-conflict': {
    means: 'Somebody changed it after you read it (If-Match).',
    fix: 'Read it again, check what changed, then repeat the change with the new ETag in If-Match.',
  },
  'revision-conflict/version': {
    cause: ({ what, version, asked }: { what: string; version: number | string; asked: string }) =>
      `${what} is now at version ${version}, but the change was made for ${asked}`,
  },
  'revision-conflict/absent': {
    cause: ({ what, asked }: { what: string; asked: string }) =>
      `${what} does not exist, but the change was made for ${asked}`,
    fix: 'To create it, send the request without If-Match.',
  },
  'precondition-required': {
    means: 'This change requires If-Match.',
    fix: 'Read the resource first, then send its ETag in If-Match.',
  },
  'idempotency-mismatch': {
    means: 'This Idempotency-Key was used for another request.',
    fix: 'Use a new key for a new request.',
  },
  'idempotency-mismatch/key': {
    cause: ({ key }: { key: string }) => `the Idempotency-Key ${key} was used for another request before`,
  },
  'request-timeout': {
    means: 'Headers and body did not arrive within 15 seconds, so the API closed the connection.',
    fix: 'Check the network between you and the API; it accepts only short requests.',
  },
  'headers-too-large': {
    means: 'The headers of the request exceed 16 KiB.',
    fix: 'Send only the documented headers: a token and a content type.',
    see: DOCS,
  },
  'body-too-large': {
    means: 'The body exceeds 64 KiB.',
    fix: 'Send a smaller body: nothing that Orrery accepts is that long.',
    see: DOCS,
  },
  'unsupported-media-type': {
    means: 'The body is not JSON.',
    fix: 'Send JSON with the header `Content-Type: application/json`.',
    see: DOCS,
  },
  'method-not-allowed': {
    means: 'This URL does not support this method.',
    fix: 'Use a method that the header Allow names; /docs lists all of them.',
    see: DOCS,
  },
  'foreign-host-header': {
    means: 'The Host header names another server: a page in a browser may be trying to reach this one.',
    fix: "Use localhost or 127.0.0.1 with the API's port, or add the name to ORRERY_ALLOWED_HOSTS and restart the API.",
  },
  'too-many-requests': {
    means:
      'Too many wrong tokens came from your address within a minute (valid ones are accepted meanwhile), or the host was cut off because its key was used to flood the API.',
    fix: 'Send a valid token. To try another, wait as long as Retry-After says.',
  },
  'too-many-requests/cut-off': {
    cause: ({ host }: { host: string }) =>
      `${host} was cut off from NATS: its key was used to flood the API, or for too many connections`,
    fix: ({ seconds }: { seconds: number }) =>
      `Wait ${counted(seconds, 'second')}. If it happens again, find out who uses the key: \`orrery finding ls\`.`,
    see: get('/v1/findings'),
  },
  'too-many-streams': {
    means: 'This token has as many event streams open as a token is allowed to have.',
    fix: 'Close streams that nobody reads, or use a token for each program: `orrery token create NAME --role viewer`.',
    see: { method: 'POST', path: '/v1/tokens' },
  },
  'too-many-streams/count': { cause: ({ count }: { count: number }) => `this token has ${count} streams open` },
  'join-refused': {
    means: 'The join secret or join token is not valid: unknown, used up, expired or revoked.',
    fix: "Create another: `orrery host add NAME`. On the API's own machine, use ~/.orrery/secrets/join.secret.",
    see: { method: 'POST', path: '/v1/join-tokens' },
  },
  'join-refused/token': { cause: 'the join token is missing or not valid' },
  'proof-refused': {
    means: 'A host did not prove that it has the key that it shows, or showed a new key that nobody requested.',
    fix: 'Wait: its agent tries again. To give the host a new key: `orrery host rotate HOST`.',
    see: { method: 'POST', path: '/v1/hosts/{host}/rotate' },
  },
  'proof-refused/key-in-use': {
    cause: 'another host has this key: the state folder of its agent was copied',
    fix: 'Delete the copy (ORRERY_AGENT_HOME), then join this machine with a token of its own: `orrery host add NAME`.',
    see: { method: 'POST', path: '/v1/join-tokens' },
  },
  'proof-refused/not-requested': {
    cause: ({ host }: { host: string }) => `nobody requested another key for ${host}`,
    fix: ({ host }: { host: string }) => `Request one: \`orrery host rotate ${host}\`.`,
    see: ({ host }: { host: string }) => ({ method: 'POST', path: path`/v1/hosts/${host}/rotate` }),
  },
  'host-revoked': {
    means: 'The key of this host was revoked, or is not the one that it joined with.',
    fix: 'Join the machine again, with its name and its items: `orrery host add --replace HOST`.',
    see: { method: 'POST', path: '/v1/join-tokens' },
  },
  'host-revoked/host': {
    cause: ({ host }: { host: string }) => `the key of ${host} was revoked, or this is not the key that it joined with`,
    fix: ({ host }: { host: string }) => `Join the machine again in its place: \`orrery host add --replace ${host}\`.`,
  },
  busy: {
    means: 'The API handles as many downloads, or requests without a token from your address, as it accepts at a time.',
    fix: 'Try again after as many seconds as Retry-After says. The installer does so by itself.',
  },
  'busy/same-key': {
    cause: 'a request with the same Idempotency-Key is still being carried out',
    fix: 'Send it again in a moment, with the same key.',
  },
  'pages-unavailable': {
    means: 'The API has no pages to show, because the dashboard is not built. Everything else works.',
    fix: 'Build it on the machine of the API (`npm run build`) and restart the API, or use the command line: `orrery status`.',
  },
  'pages-unavailable/not-built': { cause: 'the dashboard is not built' },
  'bundle-unavailable': {
    means: 'The API cannot pack the agent for other machines: it is not built, or the disk is full.',
    fix: 'Build it on the machine of the API (`npm run build`), and free a few hundred MB on the disk of its state folder.',
  },
  'bundle-unavailable/here': {
    cause: ({ platform, error }: { platform: string; error: string }) =>
      `cannot pack the agent for ${platform}: ${error}`,
  },
  'bundle-unavailable/elsewhere': {
    cause: ({ platform, error }: { platform: string; error: string }) =>
      `cannot pack the agent for ${platform}: ${error}`,
    fix: ({ platform }: { platform: string }) =>
      `Check that the machine of the API reaches npm's registry: the Node for ${platform} comes from there, once.`,
  },
  'store-unavailable': {
    means: 'The database does not answer.',
    fix: 'Repeat the request later: nothing was changed. /readyz shows when the database is back.',
    see: get('/readyz'),
  },
  'store-unavailable/full': {
    cause: 'the disk of the database is full',
    fix: 'Make room on the disk of Postgres. Accepted changes are not lost, and hosts keep their reports until then.',
  },
  'store-unavailable/busy': {
    cause: 'the database did not answer in time: it is busy, or cannot be reached',
  },
  'store-unavailable/unreachable': { cause: 'the database cannot be reached now' },
  'bus-unavailable': {
    means: 'The API has no connection to NATS, so it cannot ask hosts now.',
    fix: 'Check NATS; /readyz shows when it is back. The API accepts commands meanwhile, and delivers them then.',
    see: get('/readyz'),
  },
  'bus-unavailable/nats': { cause: 'NATS is unreachable' },
  internal: {
    means: 'A bug in Orrery.',
    fix: "Check the API's log, which has the details under the request ID, and report it.",
  },
  'internal/past-changes': { cause: 'a route that changes something went past Changes' },
  'internal/unexpected': { cause: 'something unexpected happened; the log has the details' },
} as const satisfies Partial<Table<ProblemCode>>;
