import { AppError } from '../runtime/index.js';

/**
 * no-responder: the broker reports that nobody is listening (the host is unreachable). timeout: it is unknown what happened.
 * disconnected: not sent. unproven: answers came, but none that the API signed for this request.
 */
export type BusErrorCode = 'no-responder' | 'timeout' | 'unproven' | 'disconnected' | 'bad-reply' | 'too-large';

export class BusError extends AppError {
  declare readonly code: BusErrorCode;
  constructor(code: BusErrorCode, cause: string, origin?: unknown) {
    super({ code, kind: code === 'bad-reply' ? 'bug' : 'operational', cause, origin });
    this.name = 'BusError';
  }
}
