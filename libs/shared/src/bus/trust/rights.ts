import type { Permissions } from '@nats-io/jwt';
import { MAX_BATCH_BYTES } from '../../contracts/wire.js';

/** What each connection of the API, and every agent, is allowed to do; the broker refuses everything else. */
export const CONNECTIONS = ['desired', 'answers', 'system'] as const;
export type ConnectionName = (typeof CONNECTIONS)[number];

/** Inbox of the connection on the system account, which no agent belongs to. */
export const SYSTEM_INBOX = '_INBOX.system';
export const CLAIMS_UPDATE = '$SYS.REQ.CLAIMS.UPDATE';
/** How a server announces connections of an account, and how to ask about them. */
export const connectionSubjects = {
  opened: (account: string) => `$SYS.ACCOUNT.${account}.CONNECT`,
  closed: (account: string) => `$SYS.ACCOUNT.${account}.DISCONNECT`,
  /** Every server answers with a page of its own connections. */
  list: (account: string) => `$SYS.REQ.ACCOUNT.${account}.CONNZ`,
  kick: (server: string) => `$SYS.REQ.SERVER.${server}.KICK`,
};

export const RIGHTS: Record<ConnectionName, Permissions> = {
  /** Publishes desired states and calls, and receives their answers. */
  desired: {
    pub: { allow: ['orrery.v1.host.*.desired', 'orrery.v1.host.*.call'] },
    sub: { allow: ['_INBOX.api.>'] },
  },
  /** Answers agents. "Allow responses" would let an agent choose any subject for the answer, so it may only publish to inboxes. */
  answers: { pub: { allow: ['_INBOX.>'] }, sub: { allow: ['orrery.v1.api.>'] } },
  /** Sends the account's JWT with the revoked keys to the servers; watches connections, and closes excess ones. */
  system: {
    pub: { allow: [CLAIMS_UPDATE, connectionSubjects.list('*'), connectionSubjects.kick('*')] },
    sub: { allow: [`${SYSTEM_INBOX}.>`, connectionSubjects.opened('*'), connectionSubjects.closed('*')] },
  },
};

/** The name in an agent's JWT is its host's ID. A template can fill whole tokens only. */
export const AGENT_RIGHTS: Permissions = {
  pub: { allow: ['orrery.v1.api.*.{{name()}}'] },
  sub: { allow: ['orrery.v1.host.{{name()}}.>', '_INBOX.{{name()}}.>'] },
  resp: { max: 1, ttl: 0 },
};
/**
 * An agent has three subscriptions: its desired states, its calls and its inbox. Each further one on the same subject means one more
 * copy of every message, which the server keeps if the connection does not read.
 */
export const AGENT_SUBSCRIPTIONS = 4;
/** The largest message of an agent is a hello that hands back its state: as large as any message, plus its envelope. */
export const AGENT_PAYLOAD_BYTES = 2 * MAX_BATCH_BYTES;
