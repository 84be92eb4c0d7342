import type { Msg } from '@nats-io/transport-node';
import { hostOf, type HostId, type SignedMessage } from '../contracts/index.js';
import { KEY_HEADER, SIGNATURE_HEADER } from './signing.js';

/** A message as received: nothing in it is trusted before its handler has parsed it with a schema. */
export class Incoming {
  constructor(
    readonly subject: string,
    readonly bytes: Uint8Array,
    readonly reply: string | undefined,
    private readonly key: string | undefined,
    private readonly signature: string | undefined,
  ) {}

  /** `subject`: the one that its signature must hold for, if that is not the one it arrived on. */
  static of({ subject: cameOn, data, reply, headers }: Msg, subject = cameOn): Incoming {
    const header = (name: string) => headers?.get(name) || undefined;
    return new Incoming(subject, data, reply, header(KEY_HEADER), header(SIGNATURE_HEADER));
  }

  /** The host that the subject names: the broker allows only that host to use it. */
  get host(): HostId | undefined {
    return hostOf(this.subject);
  }

  /** The body as text; undefined when it is not valid UTF-8. */
  get text(): string | undefined {
    try {
      return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(this.bytes);
    } catch {
      return undefined;
    }
  }

  /** The body as JSON; undefined when it is not. */
  get json(): unknown {
    const { text } = this;
    if (text === undefined) return undefined;
    try {
      return JSON.parse(text) as unknown;
    } catch {
      return undefined;
    }
  }

  /** The message with its signature headers, for verification; undefined when it has none or is not text. */
  get signed(): SignedMessage | undefined {
    const body = this.text;
    if (body === undefined || !this.key || !this.signature) return undefined;
    return { subject: this.subject, body, key: this.key, signature: this.signature };
  }
}
