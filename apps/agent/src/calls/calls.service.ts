import type { Incoming, Verifier } from '@orrery/shared/bus';
import { Call, CallReply, fitLengths, subjects, type HostId } from '@orrery/shared/contracts';
import type { Logger } from '@orrery/shared/runtime';
import { z } from 'zod';
import type { ServerClock } from '../uplink/server-clock.js';
import type { CallLedger } from './call-ledger.js';
import { CallChallenges } from './challenges.js';
import type { CallOperations } from './call-operations.js';

export interface CallsParts {
  host: HostId;
  verifier: Verifier;
  clock: Pick<ServerClock, 'now'>;
  challenges?: CallChallenges;
  ledger: CallLedger;
  operations: Pick<CallOperations, 'run' | 'wayToController'>;
  logger: Logger;
}

/** A call from a newer API; this agent understands only these fields of it. */
const AnyCall = z.object({
  ...Call.pick({ callId: true, expiresAt: true, challenge: true }).shape,
  op: z.object({ op: z.string() }),
});

type Problem = Extract<CallReply, { result: 'problem' }>;

const problem = (code: Problem['code'], cause: string): Problem => ({
  result: 'problem',
  code,
  cause,
});

/**
 * Controllers are read all the time, and reading again does no harm: such a call is not worth a disk write, nor is its long
 * answer worth keeping in memory.
 */
const isLookAtController = (op: Call['op']): boolean =>
  op.op === 'controller' && ['probe', 'get-network', 'records'].includes(op.ask.do);

/** One-shot calls: signed for this host, recent, and run at most once if they could change something. */
export class CallsService {
  readonly #challenges: CallChallenges;

  constructor(private readonly parts: CallsParts) {
    this.#challenges = parts.challenges ?? new CallChallenges();
  }

  async answer(message: Incoming): Promise<CallReply> {
    const { host, verifier, ledger, operations, logger } = this.parts;
    const { signed } = message;
    if (!signed || signed.subject !== subjects.call(host) || !verifier.verifies(signed)) {
      logger.warn({ event: 'call.rejected' }, 'rejected a call that is not signed for this host');
      return problem('rejected', 'it is not signed for this host by a key that this agent knows');
    }
    const any = AnyCall.safeParse(message.json);
    if (!any.success) return problem('rejected', 'it is not a valid call');
    const { callId, expiresAt, op, challenge } = any.data;
    const doubt = this.#doubt(expiresAt);
    if (doubt !== undefined && !this.#challenges.isMet(callId, challenge))
      return { ...problem('expired', doubt), challenge: this.#challenges.issue(callId) };
    const call = Call.safeParse(message.json);
    if (!call.success) return problem('unsupported', `this agent does not know the operation ${op.op}`);
    logger.info({ event: 'call.taken', call: callId, op: op.op });
    // Located while the claim is written, because a launch waits for both.
    const way = operations.wayToController(call.data.op);
    const work = async () => fitLengths(CallReply, await operations.run(call.data.op, way));
    return isLookAtController(call.data.op) ? work() : ledger.once(callId, expiresAt, work);
  }

  /** Why the expiry time of a call does not show that the call is recent. */
  #doubt(expiresAt: string): string | undefined {
    const now = this.parts.clock.now();
    if (now === undefined) return 'this agent does not know the time of the API yet';
    return Date.parse(expiresAt) <= now ? `it expired at ${expiresAt}` : undefined;
  }
}
