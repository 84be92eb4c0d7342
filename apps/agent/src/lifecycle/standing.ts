import { backoffMs, describeError, pause, type AppError, type Logger } from '@orrery/shared/runtime';
import { isMoved } from '../join/credentials.js';
import type { HostRecord } from '../join/host-record.js';
import type { Agent, Who } from './agent.js';

/** How long a host waits for NATS before it asks the API whether and where it is still accepted; then again with growing pauses. */
const PATIENCE = { firstMs: 5_000, maxMs: 120_000 };

/**
 * Keeps this host connected: renews its credentials in time, and asks the API when NATS is unreachable or refuses it, or when
 * answers there are signed with an unknown key. Resolves with the new record when NATS or the keys have changed, or with nothing
 * when the agent is stopping.
 */
export async function whenMoved(
  agent: Agent,
  { credentials, removal, heard, logger }: Who & { logger: Logger },
  signal: AbortSignal,
): Promise<HostRecord | undefined> {
  let refusal: unknown;
  for (let attempt = 1; !signal.aborted; attempt++) {
    await pause(askAgainMs(attempt, refusal), signal);
    refusal = undefined;
    if (signal.aborted) return undefined;
    const isFine = agent.isAnswered && !credentials.isDue();
    if (isFine) attempt = 0;
    if (isFine) continue;
    const before = credentials.record;
    try {
      const record = await credentials.renew();
      logger.info({ event: 'join.renewed' }, 'the credentials of this host were renewed');
      if (!isMoved(before, record)) continue;
      logger.info({ event: 'join.refreshed', nats: record.nats.url }, 'NATS or the signing keys have changed');
      return record;
    } catch (error) {
      refusal = error;
      const { code, fix } = error as Partial<AppError>;
      const line = { event: 'join.not-renewed', code, cause: describeError(error), fix };
      logger[code === 'host-revoked' ? 'warn' : 'debug'](line, 'cannot renew the credentials of this host; retrying');
      if (code !== 'unknown-host' || removal.noted) continue;
      await agent.standDown(describeError(error));
      heard('removed');
    }
  }
  return undefined;
}

/**
 * How long to wait before asking the API again. A host that was banned for half a minute returns right after that, not whenever its
 * doubling pauses happen to end. An API that is merely busy or unreachable is asked with growing pauses instead.
 */
export function askAgainMs(attempt: number, refusal: unknown, random?: () => number): number {
  const { code, details } = (refusal ?? {}) as Partial<AppError>;
  const retryAfter = code === 'too-many-requests' ? details?.['retryAfter'] : undefined;
  if (typeof retryAfter !== 'number') return backoffMs(attempt, PATIENCE, random);
  // Jitter takes off a fifth at most, so the host never asks too early.
  return backoffMs(1, { ...PATIENCE, firstMs: retryAfter * 1250 }, random);
}
