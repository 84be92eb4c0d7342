import { Injectable } from '@nestjs/common';
import type { JoinReply, JoinRequest } from '@orrery/shared/contracts';
import { JoinSecret } from '../auth/join-secret.js';
import { Store } from '../database/store.js';
import { breaksUnique } from '../http/store-errors.js';
import { Enrolment, type Enrolled } from './enrolment.js';
import { keyTaken, nameTaken, removed, JoinReplies } from './join-replies.js';
import { JoinRepository } from './join.repository.js';

/** Makes hosts known. If the same installation joins again, it is the same host. */
@Injectable()
export class JoinService {
  constructor(
    private readonly store: Store,
    private readonly repository: JoinRepository,
    private readonly secret: JoinSecret,
    private readonly enrolment: Enrolment,
    private readonly replies: JoinReplies,
  ) {}

  /** `bearer` has passed the guard: the join secret, or a token with which machines enroll. */
  async join(request: JoinRequest, bearer: string): Promise<JoinReply> {
    this.enrolment.checkProof(request);
    const token = this.secret.admits(bearer) ? undefined : bearer;
    const host = await this.#joinOnce(request, token).catch((error: unknown) => {
      if (breaksUnique(error, 'hosts_key')) throw keyTaken();
      throw breaksUnique(error, 'hosts_name') ? nameTaken(request.name) : error;
    });
    const { ignoredLabels } = host;
    return { ...(await this.replies.to(host)), ...(ignoredLabels ? { ignoredLabels } : {}) };
  }

  #joinOnce(request: JoinRequest, token: string | undefined): Promise<Enrolled> {
    return this.store.transaction(async (transaction) => {
      await this.repository.lock(transaction, request.installation);
      const known = await this.repository.byInstallation(transaction, request.installation);
      if (request.host && request.host !== known?.id) throw removed(request.host);
      if (!known) return this.enrolment.of(transaction, request, token);
      return this.enrolment.again(transaction, known, request.key, token);
    });
  }
}
