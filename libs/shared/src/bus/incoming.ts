import type { Msg } from '@nats-io/transport-node';
import { hostOf, type HostId, type SignedMessage } from '../contracts/index.js';
import { KEY_HEADER, SIGNATURE_HEADER } from './signing.js';

/** A message as it came: nothing in it is trusted before its handler has parsed it with a schema. */
export class Incoming {
  constructor(
    readonly subject: string,
    readonly bytes: Uint8Array,
    readonly reply: string | undefined,
    private readonly key: string | undefined,
    private readonly signature: string | undefined,
  ) {}

  /** `subject`: the one that its signature has to hold for, where that is another than it came on. */
  static of({ subject: cameOn, data, reply, headers }: Msg, subject = cameOn): Incoming {
    const header = (name: string) => headers?.get(name) || undefined;
    return new Incoming(subject, data, reply, header(KEY_HEADER), header(SIGNATURE_HEADER));
  }

  /** The host that the subject names: the broker let only that host use it. */
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

  /** The message with its signature headers, to be verified; undefined when it carries none or is not text. */
  get signed(): SignedMessage | undefined {
    const body = this.text;
    if (body === undefined || !this.key || !this.signature) return undefined;
    return { subject: this.subject, body, key: this.key, signature: this.signature };
  }
}
