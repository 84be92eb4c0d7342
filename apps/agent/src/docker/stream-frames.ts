export interface Output {
  stdout: string;
  stderr: string;
}

const HEADER_BYTES = 8;

/**
 * Splits the engine's multiplexed stream (8-byte header: stream 1 or 2, three zeros, big-endian length) into the two outputs. Reads at
 * most `maxBytes`; an abort ends it with the signal's reason.
 */
export async function readFrames(
  stream: NodeJS.ReadableStream,
  maxBytes: number,
  signal?: AbortSignal,
): Promise<Output> {
  return splitFrames(await collect(stream, maxBytes, signal));
}

/** Splits a complete answer in the same way. */
export function splitFrames(buffer: Buffer): Output {
  const parts: Record<1 | 2, Buffer[]> = { 1: [], 2: [] };
  for (let at = 0; at + HEADER_BYTES <= buffer.length;) {
    const length = buffer.readUInt32BE(at + 4);
    const kind = buffer[at] === 2 ? 2 : 1;
    parts[kind].push(buffer.subarray(at + HEADER_BYTES, at + HEADER_BYTES + length));
    at += HEADER_BYTES + length;
  }
  return { stdout: Buffer.concat(parts[1]).toString('utf8'), stderr: Buffer.concat(parts[2]).toString('utf8') };
}

function collect(stream: NodeJS.ReadableStream, maxBytes: number, signal?: AbortSignal): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    const destroy = () => (stream as NodeJS.ReadableStream & { destroy?: () => void }).destroy?.();
    const settle = (finish: () => void) => {
      signal?.removeEventListener('abort', onAbort);
      finish();
    };
    const done = () => settle(() => resolve(Buffer.concat(chunks)));
    const onAbort = () => {
      destroy();
      settle(() => reject(signal?.reason as Error));
    };
    signal?.addEventListener('abort', onAbort, { once: true });
    stream.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      bytes += chunk.length;
      if (bytes < maxBytes) return;
      destroy();
      done();
    });
    stream.on('end', done);
    stream.on('close', done);
    stream.on('error', (error) => settle(() => reject(error)));
  });
}
