import { backoffMs, describeError, pause, type AppError, type Logger } from '@orrery/shared/runtime';
import { isMoved } from '../join/credentials.js';
import type { HostRecord } from '../join/host-record.js';
import type { Agent, Who } from './agent.js';

/** How long a host waits for NATS before it asks the API whether it is still let in, and where; then again, ever more seldom. */
const PATIENCE = { firstMs: 5_000, maxMs: 120_000 };

/**
 * Keeps this host let in: has what lets it in renewed in time, and asks the API when NATS is out of reach or refuses it, or
 * when what answers there signs with a key that it does not know. Resolves with the new record when NATS or the keys are others, or with nothing when the agent is to stop.
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
      logger.info({ event: 'join.renewed' }, 'what lets this host in was renewed');
      if (!isMoved(before, record)) continue;
      logger.info({ event: 'join.refreshed', nats: record.nats.url }, 'NATS or the signing keys have changed');
      return record;
    } catch (error) {
      refusal = error;
      const { code, fix } = error as Partial<AppError>;
      const line = { event: 'join.not-renewed', code, cause: describeError(error), fix };
      logger[code === 'host-revoked' ? 'warn' : 'debug'](line, 'what lets this host in was not renewed; trying on');
      if (code !== 'unknown-host' || removal.noted) continue;
      await agent.standDown(describeError(error));
      heard('removed');
    }
  }
  return undefined;
}

/**
 * How long to wait before the API is asked again. A host that was cut off for half a minute comes back after that, and not when its
 * doubling pauses happen to end; an API that is merely busy or away is asked ever more seldom instead.
 */
export function askAgainMs(attempt: number, refusal: unknown, random?: () => number): number {
  const { code, details } = (refusal ?? {}) as Partial<AppError>;
  const retryAfter = code === 'too-many-requests' ? details?.['retryAfter'] : undefined;
  if (typeof retryAfter !== 'number') return backoffMs(attempt, PATIENCE, random);
  // Jitter takes a fifth off at most: never before it is worth asking.
  return backoffMs(1, { ...PATIENCE, firstMs: retryAfter * 1250 }, random);
}
