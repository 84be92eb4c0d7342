import type { Permissions } from '@nats-io/jwt';
import { MAX_BATCH_BYTES } from '../../contracts/wire.js';

/** What each of the API's connections may do, and every agent: lists of what is allowed; all else is refused by the broker. */
export const CONNECTIONS = ['desired', 'answers', 'system'] as const;
export type ConnectionName = (typeof CONNECTIONS)[number];

/** Inbox of the connection on the system account: no agent shares an account with it. */
export const SYSTEM_INBOX = '_INBOX.system';
export const CLAIMS_UPDATE = '$SYS.REQ.CLAIMS.UPDATE';
/** What a server tells of the connections of an account, and what it is asked about them. */
export const connectionSubjects = {
  opened: (account: string) => `$SYS.ACCOUNT.${account}.CONNECT`,
  closed: (account: string) => `$SYS.ACCOUNT.${account}.DISCONNECT`,
  /** Every server answers with a page of those that it holds. */
  list: (account: string) => `$SYS.REQ.ACCOUNT.${account}.CONNZ`,
  kick: (server: string) => `$SYS.REQ.SERVER.${server}.KICK`,
};

export const RIGHTS: Record<ConnectionName, Permissions> = {
  /** Publishes desired states and calls, and hears their answers. */
  desired: {
    pub: { allow: ['orrery.v1.host.*.desired', 'orrery.v1.host.*.call'] },
    sub: { allow: ['_INBOX.api.>'] },
  },
  /** Answers agents. "Allow responses" would let an asking agent choose any subject for the answer, so it may only answer to inboxes. */
  answers: { pub: { allow: ['_INBOX.>'] }, sub: { allow: ['orrery.v1.api.>'] } },
  /** Hands the account's JWT to the servers, with the keys that are revoked; hears of connections, and ends those that are too many. */
  system: {
    pub: { allow: [CLAIMS_UPDATE, connectionSubjects.list('*'), connectionSubjects.kick('*')] },
    sub: { allow: [`${SYSTEM_INBOX}.>`, connectionSubjects.opened('*'), connectionSubjects.closed('*')] },
  },
};

/** The name in an agent's JWT is its host's id. A template fills whole tokens only. */
export const AGENT_RIGHTS: Permissions = {
  pub: { allow: ['orrery.v1.api.*.{{name()}}'] },
  sub: { allow: ['orrery.v1.host.{{name()}}.>', '_INBOX.{{name()}}.>'] },
  resp: { max: 1, ttl: 0 },
};
/**
 * An agent has three: its desired states, its calls and its inbox. Each further one on the same subject is one more copy of every
 * message to it, which the server keeps for a connection that does not read.
 */
export const AGENT_SUBSCRIPTIONS = 4;
/** The largest that an agent says is a hello that hands back its state: as large as any message, and what is around it. */
export const AGENT_PAYLOAD_BYTES = 2 * MAX_BATCH_BYTES;
