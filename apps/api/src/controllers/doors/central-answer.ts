import type { IncomingMessage } from 'node:http';
import { pipeline, type Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
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
export async function readCentralAnswer(response: IncomingMessage, asked: string): Promise<CentralAnswer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of unpacked(response)) {
      chunks.push(chunk as Buffer);
      bytes += (chunk as Buffer).length;
      if (bytes > MAX_BYTES) break;
    }
  } catch (error) {
    throw centralAway(`${asked}: the answer broke off after ${bytes} bytes (${whyNoAnswer(error)})`);
  }
  if (bytes > MAX_BYTES) throw centralAway(`${asked}: the answer is longer than ${MAX_BYTES} bytes`);
  const { statusCode: status = 0, headers } = response;
  return {
    status,
    type: (headers['content-type'] ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '',
    retryAfterMs: retryAfterMs(headers['retry-after'] ?? null),
    text: Buffer.concat(chunks).toString('utf8'),
    bytes,
  };
}

/** Records of thousands of nodes shrink to a tenth. The limit is for what comes out. */
function unpacked(response: IncomingMessage): Readable {
  if (response.headers['content-encoding'] !== 'gzip') return response;
  // What goes wrong in front of it reaches whoever reads its end.
  return pipeline(response, createGunzip(), () => undefined);
}

/** `Retry-After` is a number of seconds or a date. */
export function retryAfterMs(header: string | null, now = Date.now()): number | undefined {
  if (header === null) return undefined;
  if (/^\s*\d+\s*$/.test(header)) return Number(header) * 1000;
  const at = Date.parse(header);
  return Number.isNaN(at) ? undefined : Math.max(0, at - now);
}
