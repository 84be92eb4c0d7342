import type { Permissions } from '@nats-io/jwt';

/** What each of the API's connections may do, and every agent: lists of what is allowed; all else is refused by the broker. */
export const CONNECTIONS = ['desired', 'answers', 'system'] as const;
export type ConnectionName = (typeof CONNECTIONS)[number];

/** Inbox of the connection on the system account: no agent shares an account with it. */
export const SYSTEM_INBOX = '_INBOX.system';
export const CLAIMS_UPDATE = '$SYS.REQ.CLAIMS.UPDATE';

export const RIGHTS: Record<ConnectionName, Permissions> = {
  /** Publishes desired states and calls, and hears their answers. */
  desired: {
    pub: { allow: ['orrery.v1.host.*.desired', 'orrery.v1.host.*.call'] },
    sub: { allow: ['_INBOX.api.>'] },
  },
  /** Answers agents. "Allow responses" would let an asking agent choose any subject for the answer, so it may only answer to inboxes. */
  answers: { pub: { allow: ['_INBOX.>'] }, sub: { allow: ['orrery.v1.api.>'] } },
  /** Hands the account's JWT to the server, with the keys that are revoked. */
  system: { pub: { allow: [CLAIMS_UPDATE] }, sub: { allow: [`${SYSTEM_INBOX}.>`] } },
};

/** The name in an agent's JWT is its host's id. A template fills whole tokens only. */
export const AGENT_RIGHTS: Permissions = {
  pub: { allow: ['orrery.v1.api.*.{{name()}}'] },
  sub: { allow: ['orrery.v1.host.{{name()}}.>', '_INBOX.{{name()}}.>'] },
  resp: { max: 1, ttl: 0 },
};
/** Far more than an agent needs: its desired states, its calls and its inbox. */
export const AGENT_SUBSCRIPTIONS = 64;
