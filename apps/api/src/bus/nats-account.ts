import { Inject, Injectable } from '@nestjs/common';
import { CLAIMS_UPDATE, type NatsTrust, type Revocations } from '@orrery/shared/bus';
import { explain } from '@orrery/shared/contracts';
import { AppError } from '@orrery/shared/runtime';
import { z } from 'zod';
import { Buses, NATS_TRUST } from './buses.js';

const PUSH_MS = 5000;

/** A server's answer after it has accepted or refused an account. */
const Answer = z.object({
  data: z.object({ code: z.number() }).optional(),
  error: z.object({ description: z.string() }).optional(),
});

/** The fleet's account, as NATS must have it. */
@Injectable()
export class NatsAccount {
  constructor(
    @Inject(NATS_TRUST) private readonly trust: NatsTrust | undefined,
    private readonly buses: Buses,
  ) {}

  /** Whether there is one, and NATS can receive it now. */
  get reachable(): boolean {
    return this.trust !== undefined && this.buses.system?.connected === true;
  }

  /**
   * Calls back whenever NATS came back, possibly with none of the data that it had. Returns a function that stops it.
   */
  onReturn(listener: () => void): () => void {
    return this.buses.system?.onStatus((connected) => connected && listener()) ?? (() => undefined);
  }

  /** Sends NATS the revoked keys, and stores them for the next start of a server. Throws AppError or BusError. */
  async push(revocations: Revocations): Promise<void> {
    if (!this.trust || !this.buses.system) return;
    const jwt = await this.trust.accountJwt(revocations);
    await this.trust.keepAccount(jwt);
    const { data, error } = await this.buses.system.requestText(CLAIMS_UPDATE, jwt, Answer, PUSH_MS);
    if (data?.code === 200) return;
    throw new AppError({
      kind: 'operational',
      ...explain('nats-account-refused/said', { said: error?.description ?? JSON.stringify(data) }),
    });
  }
}
