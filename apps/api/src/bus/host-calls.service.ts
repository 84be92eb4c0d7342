import { Inject, Injectable } from '@nestjs/common';
import { BusError, type Bus, type Signer } from '@orrery/shared/bus';
import { CallReply, subjects, type Call, type HostRef, explain } from '@orrery/shared/contracts';
import { AppError, newId } from '@orrery/shared/runtime';
import type { z } from 'zod';
import { COMMAND_BUS, SIGNER } from './buses.js';

/** How long an agent has for a one-shot operation. */
const WITHIN_MS = 5000;

/**
 * One-shot operations at an agent, signed and answered at once, for questions that only the host itself can answer now.
 */
@Injectable()
export class HostCalls {
  constructor(
    @Inject(COMMAND_BUS) private readonly bus: Bus,
    @Inject(SIGNER) private readonly signer: Signer,
  ) {}

  /** Throws AppError: host-away, host-silent, bus-unavailable, call-failed. */
  async call<Schema extends z.ZodType>(host: HostRef, op: Call['op'], result: Schema): Promise<z.infer<Schema>> {
    const reply = await this.#ask(host, op).catch(async (error: unknown) => {
      throw error instanceof BusError ? problemOf(host, error, await this.bus.isAnswering()) : error;
    });
    if (reply.result === 'problem') throw failed(host, `${reply.code}: ${reply.cause}`);
    const parsed = result.safeParse(reply.value);
    if (parsed.success) return parsed.data;
    throw failed(host, 'its agent answered in a form that this API does not know');
  }

  /**
   * Repeats the call with the agent's challenge if its clock cannot show that the call is new, because one of the
   * clocks was set.
   */
  async #ask(host: HostRef, op: Call['op']): Promise<CallReply> {
    const callId = newId('cal');
    const end = performance.now() + WITHIN_MS;
    const send = (more: Pick<Call, 'challenge'>) => {
      const leftMs = Math.max(1, Math.round(end - performance.now()));
      const call: Call = { callId, expiresAt: new Date(Date.now() + leftMs).toISOString(), ...more, op };
      return this.bus.requestSigned(this.signer.sign(subjects.call(host.id), JSON.stringify(call)), CallReply, leftMs);
    };
    const reply = await send({});
    const challenge = reply.result === 'problem' && reply.code === 'expired' ? reply.challenge : undefined;
    return challenge === undefined ? reply : send({ challenge });
  }
}

/** If NATS itself does not answer, the silence is not the host's. */
function problemOf(host: HostRef, error: BusError, isBusThere: boolean): AppError {
  if (error.code === 'no-responder')
    return new AppError({
      kind: 'operational',
      ...explain('host-away/agent', { host: host.name }),
      origin: error,
    });
  if (error.code === 'disconnected' || !isBusThere)
    return new AppError({ kind: 'operational', ...explain('bus-unavailable/nats'), origin: error });
  if (error.code === 'timeout')
    return new AppError({
      kind: 'operational',
      ...explain('host-silent/agent', { host: host.name, seconds: WITHIN_MS / 1000 }),
      origin: error,
    });
  return failed(host, error.message, error);
}

const failed = (host: HostRef, cause: string, origin?: unknown) =>
  new AppError({ kind: 'operational', ...explain('call-failed', { cause: `${host.name}: ${cause}` }), origin });
