import type { Explanation } from './explanation.js';
import type { ProblemCode } from './problems.js';

/** What the HTTP API answers when it does not do what was asked. */
export const PROBLEMS: Record<ProblemCode, Explanation> = {
  'bad-request': {
    means: 'The request does not have the documented shape.',
    fix: 'errors[] names each field; /docs has the schemas.',
  },
  unauthenticated: {
    means: 'No token, or one that is not valid.',
    fix: 'Send Authorization: Bearer TOKEN; the admin token is in ~/.orrery/secrets/admin.token.',
  },
  forbidden: {
    means: 'The token’s role does not allow this.',
    fix: 'Use a token with the role that the problem names.',
  },
  'unknown-host': { means: 'There is no such host.', fix: 'orrery host ls' },
  'unknown-node': {
    means: 'There is no such node.',
    fix: 'orrery node ls; write HOST for its own daemon, HOST/CONTAINER for a container’s.',
  },
  'unknown-container': { means: 'There is no such container.', fix: 'orrery container ls' },
  'unknown-network': {
    means: 'No network has this name, and it is no 16-digit id.',
    fix: 'orrery network ls, or write the 16 digits.',
  },
  'unknown-membership': { means: 'The node is not in this network.', fix: 'orrery membership ls' },
  'unknown-controller': { means: 'There is no such controller.', fix: 'orrery controller ls' },
  'unknown-command': { means: 'There is no such command.', fix: 'orrery command ls' },
  'unknown-probe': {
    means: 'This node has no such probe, or it is older than a day.',
    fix: 'orrery event ls --type probe.* shows those that are kept.',
  },
  'unknown-event': {
    means: 'There is no such event here, or it is older than the time that events are kept.',
    fix: 'orrery event ls',
  },
  'unknown-token': { means: 'There is no such token, or it was revoked.', fix: 'orrery token ls' },
  'token-in-state-folder': {
    means:
      'This token stands in the state folder of the API, for whoever holds that machine: revoked, nobody might get in any more.',
    fix: 'To replace it, delete secrets/admin.token in the state folder and start the API again: it makes another, and the old one is worth nothing.',
  },
  'unknown-route': { means: 'There is no such URL.', fix: '/docs lists them all.' },
  'ambiguous-reference': { means: 'More than one thing answers to this reference.', fix: 'Use one of the candidates.' },
  'address-claimed': {
    means:
      'The node shows an address that may not be its own: another node shows it or was given it, or a person or the controller let in the address itself.',
    fix: 'Check whose it is (orrery finding ls), then name the address instead of the node: orrery membership authorize|deny ADDRESS NETWORK.',
  },
  'name-taken': { means: 'Something else has this name.', fix: 'Choose another one.' },
  'container-differs': {
    means: 'A container of this name exists on the host with another specification.',
    fix: 'orrery container set changes it and keeps its identity; or choose another name.',
  },
  'being-removed': {
    means: 'It is being taken away; nothing else can be done with it.',
    fix: 'Wait until the removal has ended (orrery command ls), or launch it again.',
  },
  'host-not-empty': {
    means: 'The host still has containers or networks that Orrery manages.',
    fix: 'Remove and leave them first; or forget them, too: orrery host rm HOST --force (?confirm=HOST). What runs there then goes on, without Orrery.',
  },
  'no-controller': {
    means: 'No controller is known that could keep the network, or there are several and none was named.',
    fix: 'orrery controller add HOST launches one; with several, name one: --controller NAME.',
  },
  'controller-absent': {
    means: 'This zerotier-one answers, and has no controller built in: official builds from 1.16 on mostly have none.',
    fix: 'Use an image whose zerotier-one has one, such as zerotier/zerotier:1.14.2, or another node.',
  },
  'controller-away': {
    means:
      'The controller cannot be asked now: its host is away, its daemon does not answer, or Central cannot be reached.',
    fix: 'orrery controller get NAME says what is the matter. What is wanted is kept, and done when it is back.',
  },
  'controller-in-use': {
    means: 'Networks are kept on this controller.',
    fix: 'Delete them first (orrery network rm), or forget them, too: orrery controller rm NAME --force (?confirm=NAME). They then go on, without Orrery.',
  },
  'central-refused': {
    means: 'ZeroTier Central does not accept the token, or the token may not do this.',
    fix: 'Make a token in Central (Account, API Access Tokens), and add the controller with it.',
  },
  'central-address-refused': {
    means:
      'The URL of a controller leads to an address that the API does not connect to: this machine, a private network, or a link-local one.',
    fix: 'Give the public URL of the controller; or have whoever runs the API name its prefix in ORRERY_CENTRAL_PREFIXES.',
  },
  'central-new-unsupported': {
    means: 'The token is of the new ZeroTier Central, whose API Orrery does not speak.',
    fix: 'Use a token of the legacy Central (my.zerotier.com), or a controller of your own: orrery controller add HOST',
  },
  'network-not-kept': {
    means: 'Orrery does not keep this network: somebody else does, on a controller that Orrery does not know.',
    fix: 'Change it where it is kept; or make one of your own: orrery network create NAME',
  },
  'no-free-pool': {
    means:
      'No /24 of 10.0.0.0/8 is left that overlaps no route of any host or network. The cause names who takes most of it. What a host says of its routes is its own word.',
    fix: 'Choose a pool yourself, even if hosts have a route to it: orrery network create NAME --pool 10.1.2.0/24. The routes of a host whose key is revoked no longer count: orrery host revoke HOST',
  },
  'not-releasable': {
    means: 'A container is made from its networks: given up, this one would be left all the same when it is made anew.',
    fix: 'Let it leave (orrery leave HOST/CONTAINER NETWORK), or keep it. Memberships of a host’s own daemon can be released.',
  },
  'not-adoptable': { means: 'There is nothing unmanaged to adopt.', fix: 'orrery membership ls shows what is there.' },
  'unmanaged-membership': {
    means: 'The node is in this network already, and Orrery did not make it so: it does not touch it.',
    fix: 'orrery adopt NODE NETWORK puts it under management.',
  },
  'host-away': {
    means: 'This needs the host’s agent now, and it is away.',
    fix: 'orrery host get HOST; try again when it is online.',
  },
  'host-silent': {
    means: 'The host’s agent is connected and did not answer in time. Whether it did what was asked is not known.',
    fix: 'Try again. If it stays silent, look at the host: it may be overloaded, or its agent stopped.',
  },
  'call-failed': {
    means: 'The host’s agent was asked and answered with a problem.',
    fix: 'The detail has its words; see orrery host get HOST.',
  },
  'not-cancellable': {
    means: 'The command has been delivered or has ended.',
    fix: 'Undo it with the opposite command.',
  },
  'revision-conflict': {
    means: 'It was changed since you read it (If-Match).',
    fix: 'Read it again, then repeat the change.',
  },
  'precondition-required': { means: 'This change needs If-Match.', fix: 'Read it first and send its ETag.' },
  'idempotency-mismatch': {
    means: 'This Idempotency-Key was used for another request.',
    fix: 'Use a new key for a new request.',
  },
  'confirmation-required': {
    means: 'More hosts match than were confirmed.',
    fix: 'Look at the list, then send its number or its name as `confirm` (the CLI: --yes).',
  },
  'no-matching-host': { means: 'No host matches the selector.', fix: 'orrery host ls -l SELECTOR' },
  'request-timeout': {
    means: 'Headers and body were not there within 15 seconds, so the connection was closed.',
    fix: 'Look at the network between you and the API; nothing that it takes is long.',
  },
  'headers-too-large': {
    means: 'The headers of the request are longer than 16 KiB together.',
    fix: 'Send only what the documentation names: a token, and a content type.',
  },
  'body-too-large': { means: 'The body is longer than 64 KiB.', fix: 'Nothing that Orrery takes is that long.' },
  'unsupported-media-type': { means: 'The body is not JSON.', fix: 'Send Content-Type: application/json.' },
  'method-not-allowed': { means: 'This URL does not know this method.', fix: '/docs lists them all.' },
  'foreign-host-header': {
    means: 'The Host header names another server: a page in a browser may be trying to reach this one.',
    fix: 'Use the URL that npm start printed, or add the name to ORRERY_ALLOWED_HOSTS.',
  },
  'too-many-requests': {
    means: 'Too many wrong tokens came from your address in a minute. Valid ones are served meanwhile.',
    fix: 'Send a valid token. To try another, wait as long as Retry-After says.',
  },
  'too-many-streams': {
    means: 'This token has as many event streams open as one token may have.',
    fix: 'Close streams that nobody reads, or use a token for each program: orrery token create NAME.',
  },
  'join-refused': {
    means: 'The join secret or join token is not valid: unknown, used up, late or revoked.',
    fix: 'Make another: orrery host add NAME. On the API’s own machine: ~/.orrery/secrets/join.secret.',
  },
  'proof-refused': {
    means: 'A host did not prove that it has the key which it shows, or showed a new key that nobody asked for.',
    fix: 'Its agent tries again by itself. A key changes only by orrery host rotate HOST.',
  },
  'host-revoked': {
    means: 'The key of this host was revoked, or is not the one that it joined with: it is not let in.',
    fix: 'Let it join anew, with its name and its items: orrery host add --replace HOST.',
  },
  busy: {
    means: 'As many downloads, or requests of your address without a token, are under way as there may be.',
    fix: 'Try again after as many seconds as Retry-After says. The installer does so by itself.',
  },
  'bundle-unavailable': {
    means:
      'The API cannot pack the agent for other machines: it is not built, the disk is full, or the API runs from a container image, which has none.',
    fix: 'npm run build on the machine of the API, and some hundred MB of free disk in its state folder.',
  },
  'store-unavailable': {
    means: 'The database does not answer.',
    fix: 'See /readyz; repeat the request later, nothing was done.',
  },
  'bus-unavailable': {
    means: 'The API has no connection to NATS, so hosts cannot be asked now.',
    fix: 'See /readyz. Commands are taken all the same, and carried out when it is back.',
  },
  internal: { means: 'A bug in Orrery.', fix: 'The API’s log has the details under the request id; please report it.' },
};
