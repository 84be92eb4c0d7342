import { centralAway, whyNoAnswer } from './central-trouble.js';

export interface CentralAnswer {
  status: number;
  /** Media type, without parameters. */
  type: string;
  /** Pause that was asked for, in milliseconds. */
  retryAfterMs: number | undefined;
  text: string;
  bytes: number;
}

/** Ten thousand records have about 15 MB. */
const MAX_BYTES = 32 * 1024 * 1024;

/** Reads an answer to its end. Throws AppError `controller-away` when it breaks off, or never ends. */
export async function readCentralAnswer(response: Response, asked: string): Promise<CentralAnswer> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  try {
    for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
      chunks.push(chunk);
      bytes += chunk.length;
      if (bytes > MAX_BYTES) break;
    }
  } catch (error) {
    throw centralAway(`${asked}: the answer broke off after ${bytes} bytes (${whyNoAnswer(error)})`, error);
  }
  if (bytes > MAX_BYTES) throw centralAway(`${asked}: the answer is longer than ${MAX_BYTES} bytes`);
  return {
    status: response.status,
    type: (response.headers.get('content-type') ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '',
    retryAfterMs: retryAfterMs(response.headers.get('retry-after')),
    text: Buffer.concat(chunks).toString('utf8'),
    bytes,
  };
}

/** `Retry-After` is a number of seconds or a date. */
export function retryAfterMs(header: string | null, now = Date.now()): number | undefined {
  if (header === null) return undefined;
  if (/^\s*\d+\s*$/.test(header)) return Number(header) * 1000;
  const at = Date.parse(header);
  return Number.isNaN(at) ? undefined : Math.max(0, at - now);
}
