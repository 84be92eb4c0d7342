import { Server, type CustomTransportStrategy, type MessageHandler } from '@nestjs/microservices';
import { isObservable, lastValueFrom } from 'rxjs';
import { inboxPrefix, hostOf, type HostId } from '../contracts/index.js';
import type { Bus } from './bus.js';
import type { Incoming } from './incoming.js';
import type { Signer } from './signing.js';

export interface BusStrategyOptions {
  bus: Bus;
  /** Agents: patterns may contain `{host}`, which becomes this ID. */
  host?: HostId;
  /** API: its replicas share requests in this queue group; publications (`@EventPattern`) reach every replica. */
  queue?: string;
  /** API: whether to accept a message of this size from this host. Asked before anything else is done with it. */
  takes?: (host: HostId, bytes: number) => boolean;
  /** API: whether a host gets no answers now. Asked when the answer is ready. */
  isSilentTo?: (host: HostId) => boolean;
  /** API: signs the answers to requests that ask for it. */
  signer?: Signer;
}

/**
 * Nest's access to the bus: `@MessagePattern(subject)` answers requests, `@EventPattern(subject)` receives publications. There is no
 * envelope and no subscription per request; the payload is the untouched `Incoming`, which the handler parses with its schema. On the
 * API's side replies go only below the inbox of the host that asks.
 */
export class BusStrategy extends Server implements CustomTransportStrategy {
  constructor(private readonly options: BusStrategyOptions) {
    super();
  }

  listen(callback: () => void): void {
    for (const [pattern, handler] of this.messageHandlers) this.#register(this.#subject(pattern), handler);
    callback();
  }

  /** Does nothing: the bus has its own owner, which closes it after everything that uses it. */
  close(): void {}

  on(): void {}

  unwrap<T>(): T {
    return this.options.bus as T;
  }

  #subject(pattern: string): string {
    return this.options.host ? pattern.replace('{host}', this.options.host) : pattern;
  }

  #register(subject: string, handler: MessageHandler): void {
    const { bus, host, queue, signer, isSilentTo, takes } = this.options;
    const respond = async (message: Incoming) => {
      const result = (await handler(message)) as unknown;
      return isObservable(result) ? lastValueFrom(result, { defaultValue: undefined }) : result;
    };
    const replyPrefix = host ? () => inboxPrefix('api') : ownInbox;
    const silent = (asked: string) => {
      const from = hostOf(asked);
      return from !== undefined && isSilentTo?.(from) === true;
    };
    const admits = (asked: string, bytes: number) => {
      const from = hostOf(asked);
      return from === undefined || takes?.(from, bytes) !== false;
    };
    bus.respond(subject, respond, {
      replyPrefix,
      silent,
      admits,
      ...(queue && !handler.isEventHandler ? { queue } : {}),
      ...(signer ? { signer } : {}),
    });
  }
}

const ownInbox = (subject: string) => {
  const host = hostOf(subject);
  return host && inboxPrefix(host);
};
