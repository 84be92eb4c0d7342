import { z } from 'zod';
import { duration } from '../durations.js';
import { ProbeId } from '../ids.js';
import { MAX_PROBE_SECONDS, ProbeKind, ProbeResult, ProbeTarget } from '../probes.js';
import { HostRef, page, Timestamp } from './common.js';
import { NodeRef } from './nodes.js';

/** Body of `POST /v1/nodes/{node}/probes`. */
export const ProbePost = z
  .strictObject({ target: ProbeTarget, timeout: duration(1, MAX_PROBE_SECONDS).default('10s') })
  .meta({ id: 'ProbePost' });
export type ProbePost = z.infer<typeof ProbePost>;

/** running → finished; refused: the host did not begin it; unknown: the host has not told of its end in time. */
export const ProbeState = z.enum(['running', 'finished', 'refused', 'unknown']).meta({ id: 'ProbeState' });
export type ProbeState = z.infer<typeof ProbeState>;

/** What a node reaches, tried from inside its network namespace. Kept as events `probe.*`. */
export const Probe = z
  .object({
    id: ProbeId,
    node: NodeRef,
    host: HostRef,
    simulated: z.boolean(),
    kind: ProbeKind,
    /** As people read it: an address, a URL without what stands behind its `?`, or HOST:PORT. */
    target: z.string(),
    /** How long it may take, such as `10s`. */
    timeout: z.string(),
    state: ProbeState,
    /** Line by line as it went. */
    progress: z.array(z.object({ at: Timestamp, detail: z.string() })),
    result: ProbeResult.nullable(),
    /** Why it is refused or unknown. */
    cause: z.string().nullable(),
    by: z.string(),
    startedAt: Timestamp,
    endedAt: Timestamp.nullable(),
  })
  .meta({ id: 'Probe' });
export type Probe = z.infer<typeof Probe>;
export const ProbePage = page(Probe, 'ProbePage');
export type ProbePage = z.infer<typeof ProbePage>;
