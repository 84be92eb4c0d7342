import { Injectable } from '@nestjs/common';
import { explain, type JoinReply, type RenewRequest } from '@orrery/shared/contracts';
import { AppError } from '@orrery/shared/runtime';
import { FailureThrottles } from '../auth/failure-throttle.js';
import type { Transaction } from '../database/sql.js';
import { Store } from '../database/store.js';
import { writeToOutbox } from '../events/outbox.js';
import { replaceKey, suspendedFor } from '../host-keys/key-writes.js';
import { revoked, removed, JoinReplies } from './join-replies.js';
import { JoinRepository, type JoinedHost } from './join.repository.js';
import { Proofs } from './proofs.js';

/** Renews the credentials of a joined host, which its key identifies. */
@Injectable()
export class Renewals {
  constructor(
    private readonly store: Store,
    private readonly repository: JoinRepository,
    private readonly proofs: Proofs,
    private readonly replies: JoinReplies,
    private readonly throttles: FailureThrottles,
  ) {}

  /** Refusals are slowed for an address that keeps presenting wrong keys, as with wrong tokens. */
  async renew(address: string, request: RenewRequest): Promise<JoinReply> {
    try {
      this.proofs.checkRenewal(request);
      const host = await this.store.transaction((transaction) => this.#renew(transaction, request));
      return await this.replies.to(host);
    } catch (error) {
      if (error instanceof AppError && error.kind === 'user') await this.throttles.enrolment.failed(address);
      throw error;
    }
  }

  async #renew(transaction: Transaction, { host: id, key, next }: RenewRequest): Promise<JoinedHost> {
    const host = await this.repository.lockById(transaction, id);
    if (!host) throw removed(id);
    if (host.key !== key || host.isRevoked) throw revoked(host.name);
    const retryAfter = await suspendedFor(transaction, key);
    if (retryAfter > 0) throw suspended(host.name, retryAfter);
    if (!next) return host;
    if (host.rotationBy === null) throw notAsked(host.name);
    await replaceKey(transaction, id, key, next.key);
    const data = { name: host.name, by: host.rotationBy };
    await writeToOutbox(transaction, { type: 'host.rotated', data }, { hostId: id, nodeId: host.nodeId });
    return { ...host, key: next.key };
  }
}

/** Its credentials were withdrawn because they were used to harm others. */
const suspended = (name: string, retryAfter: number) =>
  new AppError({
    kind: 'user',
    ...explain('too-many-requests/cut-off', { host: name, seconds: retryAfter }),
    details: { retryAfter },
  });

/** Refused, or the holder of a stolen key could take over the host for good. */
const notAsked = (name: string) =>
  new AppError({ kind: 'user', ...explain('proof-refused/not-requested', { host: name }) });
