import {
  AgentFact,
  Epoch,
  MAX_BATCH_BYTES,
  MAX_BATCH_EVENTS,
  MAX_WORD,
  type EventBatchReply,
  type HostId,
} from '@orrery/shared/contracts';
import { z } from 'zod';
import type { Batch, BatchEvent, GoodEvent, PoisonEvent } from './batch.js';
import { faultOf } from './event-faults.js';

/** Only the parts that the whole batch depends on; each event is checked on its own. */
const Envelope = z.object({
  epoch: Epoch,
  from: z.int().positive(),
  at: z.iso.datetime().max(MAX_WORD).optional().catch(undefined),
  events: z.array(z.unknown()).min(1).max(MAX_BATCH_EVENTS),
});
const Stamped = z.object({
  seq: z.int().positive(),
  at: z.iso.datetime().max(MAX_WORD),
  type: z.string().max(64),
  data: z.unknown(),
});

type Refused = Extract<EventBatchReply, { result: 'refused' }>;
const refused = (cause: string): Refused => ({ result: 'refused', cause });

/**
 * Reads a batch that arrived at `now`. Only a broken envelope is refused; a broken event becomes poison in its place.
 */
export function decodeBatch(host: HostId, bytes: Uint8Array, now = Date.now()): Batch | Refused {
  if (bytes.length > MAX_BATCH_BYTES) return refused(`a batch has at most ${MAX_BATCH_BYTES} bytes`);
  const text = decodeText(bytes);
  const envelope = Envelope.safeParse(parseJson(text.value));
  if (!envelope.success) return refused(`the batch does not have the agreed shape: ${describe(envelope.error)}`);
  const { epoch, from, at: sentAt, events } = envelope.data;
  const decode = (event: unknown, index: number): BatchEvent => {
    const decoded = decodeEvent(event, from + index, text.isLatin1, bytes);
    return 'reason' in decoded ? decoded : { ...decoded, happenedAt: momentOf(decoded.at, sentAt, now) };
  };
  return { host, epoch, from, events: events.map(decode) };
}

/**
 * When an event happened, by our clock: as long ago as by the agent's clock when the batch was sent, so that the
 * absolute time of that clock does not matter. If the agent does not say when it sent, its clock is believed; nothing
 * can have happened in the future.
 */
function momentOf(at: string, sentAt: string | undefined, now: number): Date {
  const ago = (sentAt === undefined ? now : Date.parse(sentAt)) - Date.parse(at);
  return new Date(now - Math.max(0, ago));
}

type Decoded = Omit<GoodEvent, 'happenedAt'> | PoisonEvent;

function decodeEvent(given: unknown, seq: number, isLatin1: boolean, batch: Uint8Array): Decoded {
  const type = (given as { type?: unknown } | null)?.type;
  const poison = (reason: string): PoisonEvent => ({
    seq,
    reason: reason.slice(0, 500),
    type: typeof type === 'string' ? type.slice(0, 64) : undefined,
    raw: rawOf(given, isLatin1, batch),
  });
  let fault = faultOf(given);
  let event = given;
  if (!fault && isLatin1) {
    event = asUtf8(given);
    fault = event === undefined ? 'it is not valid UTF-8' : faultOf(event);
  }
  if (fault) return poison(fault);
  const stamped = Stamped.safeParse(event);
  if (!stamped.success) return poison(describe(stamped.error));
  if (stamped.data.seq !== seq) return poison(`it has the number ${stamped.data.seq} instead of ${seq}`);
  const fact = AgentFact.safeParse({ type: stamped.data.type, data: stamped.data.data });
  if (!fact.success) return poison(describe(fact.error));
  return { seq, at: stamped.data.at, fact: fact.data };
}

/** UTF-8; if it is broken, byte by byte instead: JSON's own characters are ASCII, so the damage can be located. */
function decodeText(bytes: Uint8Array): { value: string; isLatin1: boolean } {
  try {
    return { value: new TextDecoder('utf-8', { fatal: true }).decode(bytes), isLatin1: false };
  } catch {
    return { value: Buffer.from(bytes).toString('latin1'), isLatin1: true };
  }
}

/** An event that was read byte by byte, read again as UTF-8; undefined if it is the broken one. */
function asUtf8(event: unknown): unknown {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(JSON.stringify(event), 'latin1'));
    return parseJson(text);
  } catch {
    return undefined;
  }
}

function rawOf(event: unknown, isLatin1: boolean, batch: Uint8Array): Buffer {
  try {
    return Buffer.from(JSON.stringify(event), isLatin1 ? 'latin1' : 'utf8');
  } catch {
    // Too deep to be serialized: the batch that contained it is kept instead.
    return Buffer.from(batch);
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

const describe = ({ issues }: z.ZodError) =>
  issues
    .slice(0, 3)
    .map(({ path, message }) => `${path.join('.') || 'it'}: ${message}`)
    .join('; ');
