import { Probe, ProbeResult, type CloudEvent } from '@orrery/shared/contracts';
import { z } from 'zod';
import { timeoutSignal } from '@orrery/shared/timeouts';
import type { Answer } from '../api/api-client.js';
import { apiPath } from '../api/paths.js';
import { parseDuration } from '../output/duration.js';
import type { Context } from '../program/context.js';

/** How long after its timeout a probe may still end, as seen from here. */
const LATE_MS = 20_000;

const About = z.object({ probe: z.string(), detail: z.string().optional(), result: ProbeResult.optional() });

export interface Following {
  probe: Probe;
  /** The event before the probe, after which the stream starts. */
  after: string | undefined;
  onLine: (detail: string) => void;
  signal: AbortSignal;
}

/** Reports each line from the host until the probe ends or should have ended; then returns the probe. */
export async function followProbe(
  { client }: Context,
  { probe, after, onLine, signal }: Following,
): Promise<Answer<Probe>> {
  const over = new AbortController();
  const late = timeoutSignal(parseDuration(probe.timeout) + LATE_MS);
  const query = { node: probe.node.id, type: 'probe.*', after };
  const onEvent = (event: CloudEvent) => {
    const { data } = About.safeParse(event.data);
    if (data?.probe !== probe.id) return;
    if (data.detail !== undefined) onLine(data.detail);
    if (event.type.endsWith('probe.finished') || event.type.endsWith('probe.refused')) over.abort();
  };
  const nothing = () => undefined;
  // Loaded only where it is used, because it would slow down every start of the CLI.
  const { followStream } = await import('../events/event-stream.js');
  const handlers = { onEvent, onReset: nothing, onAway: nothing };
  await followStream(client, query, handlers, AbortSignal.any([over.signal, late, signal]));
  return client.get(apiPath('nodes', probe.node.id, 'probes', probe.id), Probe);
}
