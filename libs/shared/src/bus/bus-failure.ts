import { NoRespondersError, RequestError, TimeoutError } from '@nats-io/transport-node';
import { describeError } from '../runtime/index.js';
import { BusError } from './bus-error.js';

/** Translates a failed request of the NATS client for the caller. */
export function asBusError(subject: string, timeoutMs: number, error: unknown): BusError {
  if (error instanceof BusError) return error;
  if (error instanceof NoRespondersError || (error instanceof RequestError && error.isNoResponders()))
    return new BusError('no-responder', `nobody answers on ${subject}`, error);
  if (error instanceof TimeoutError)
    return new BusError('timeout', `no answer on ${subject} within ${timeoutMs} ms`, error);
  const cause = describeError(error);
  return new BusError(/payload/i.test(cause) ? 'too-large' : 'disconnected', `${subject}: ${cause}`, error);
}
