import { z } from 'zod';
import { duration } from '../durations.js';
import { ProbeId } from '../ids.js';
import { MAX_PROBE_SECONDS, ProbeKind, ProbeResult, ProbeTarget } from '../probes.js';
import { HostRef, page, Timestamp } from './common.js';
import { NodeRef } from './nodes.js';

export const ProbePost = z
  .strictObject({
    target: ProbeTarget.describe('What to try.'),
    timeout: duration(1, MAX_PROBE_SECONDS)
      .default('10s')
      .meta({ description: 'The probe ends after this time at the latest, such as `10s`.', example: '10s' }),
  })
  .meta({ id: 'ProbePost', description: 'Something to try from inside a node’s network namespace.' });
export type ProbePost = z.infer<typeof ProbePost>;

export const ProbeState = z.enum(['running', 'finished', 'refused', 'unknown']).meta({
  id: 'ProbeState',
  description:
    '`running`, then `finished`; `refused`: the host did not start it; `unknown`: the host did not report its end in time.',
});
export type ProbeState = z.infer<typeof ProbeState>;

export const Probe = z
  .object({
    id: ProbeId.describe('Id of the probe.'),
    node: NodeRef.describe('The node.'),
    host: HostRef.describe('Its host.'),
    simulated: z.boolean().describe('True for a host that only simulates its engine and its zerotier-one.'),
    kind: ProbeKind.describe('What was tried.'),
    target: z.string().describe('An address, a URL without its query, or HOST:PORT.'),
    timeout: z.string().meta({ description: 'It ends after this time at the latest, such as `10s`.', example: '10s' }),
    state: ProbeState.describe('How far it is.'),
    progress: z
      .array(
        z.object({
          at: Timestamp.describe('When the line arrived.'),
          detail: z.string().describe('The line, for people.'),
        }),
      )
      .describe('What came back so far, line by line.'),
    result: ProbeResult.nullable().describe('How it ended; null until it has finished.'),
    cause: z.string().nullable().describe('Why it is refused or unknown; null otherwise.'),
    by: z.string().describe('Name of the API token that requested it.'),
    startedAt: Timestamp.describe('When it was requested.'),
    endedAt: Timestamp.nullable().describe('When it ended; null: it has not.'),
  })
  .meta({
    id: 'Probe',
    description:
      'A test of what a node can reach, from inside its network namespace. It is also kept as events `probe.*`.',
  });
export type Probe = z.infer<typeof Probe>;
export const ProbePage = page(Probe, 'ProbePage');
export type ProbePage = z.infer<typeof ProbePage>;
