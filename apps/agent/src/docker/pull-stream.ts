import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { z } from 'zod';
import { EngineTimeout, type EngineErrand } from './engine-error.js';

const PullLine = z.object({
  status: z.string().optional(),
  id: z.string().optional(),
  error: z.string().optional(),
  progressDetail: z.object({ current: z.number().optional(), total: z.number().optional() }).optional(),
});
/** A pull that is silent for this long is dead. */
const SILENCE_MS = 60_000;

interface Layer {
  current: number;
  total: number;
}

/**
 * Reads the engine's lines of JSON to the end and reports progress. A refusal arrives inside the stream, with status
 * 200.
 */
export async function readPull(
  stream: NodeJS.ReadableStream,
  tell: (detail: string) => void,
  errand: EngineErrand,
  signal: AbortSignal,
): Promise<void> {
  const source = stream instanceof Readable ? stream : new Readable().wrap(stream);
  const silence = setTimeout(() => source.destroy(new EngineTimeout(errand, SILENCE_MS)), SILENCE_MS);
  const onAbort = () => source.destroy(signal.reason as Error);
  signal.addEventListener('abort', onAbort, { once: true });
  const broken = new Promise<never>((_resolve, reject) => source.once('error', reject));
  try {
    await Promise.race([readLines(source, () => silence.refresh(), tell), broken]);
  } finally {
    clearTimeout(silence);
    signal.removeEventListener('abort', onAbort);
    source.destroy();
  }
}

async function readLines(source: Readable, heard: () => void, tell: (detail: string) => void): Promise<void> {
  const layers = new Map<string, Layer>();
  for await (const line of createInterface({ input: source, crlfDelay: Infinity })) {
    heard();
    const parsed = PullLine.safeParse(safeJson(line));
    if (!parsed.success) continue;
    const { error, status, id, progressDetail } = parsed.data;
    if (error !== undefined) throw new Error(error);
    if (id && progressDetail?.total)
      layers.set(id, { current: progressDetail.current ?? 0, total: progressDetail.total });
    if (status) tell(layers.size > 0 ? `${status} (${sum(layers)})` : status);
  }
}

function sum(layers: Map<string, Layer>): string {
  const all = [...layers.values()];
  const mib = (of: (layer: Layer) => number) =>
    (all.reduce((bytes, layer) => bytes + of(layer), 0) / 1024 / 1024).toFixed(1);
  return `${mib(({ current }) => current)} of ${mib(({ total }) => total)} MiB`;
}

function safeJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
