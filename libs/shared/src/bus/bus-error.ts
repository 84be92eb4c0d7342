import { AppError } from '../runtime/index.js';

/**
 * no-responder: the broker says that nobody listens (the host is away). timeout: unknown what happened. disconnected: not sent.
 * unproven: answers came, but none that the API signed for this request.
 */
export type BusErrorCode = 'no-responder' | 'timeout' | 'unproven' | 'disconnected' | 'bad-reply' | 'too-large';

export class BusError extends AppError {
  declare readonly code: BusErrorCode;
  constructor(code: BusErrorCode, cause: string, origin?: unknown) {
    super({ code, kind: code === 'bad-reply' ? 'bug' : 'operational', cause, origin });
    this.name = 'BusError';
  }
}
