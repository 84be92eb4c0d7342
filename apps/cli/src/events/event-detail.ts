import type { CloudEvent } from '@orrery/shared/contracts';
import { z } from 'zod';
import { labelsText } from '../hosts/host-view.js';

/** The most informative fields of any event's data. All optional: a field of another shape is skipped, and never an error. */
const text = z.string().optional().catch(undefined);
const Interesting = z.object({
  stage: text,
  detail: text,
  device: text,
  peer: text,
  address: text,
  route: z.object({ target: z.string() }).optional().catch(undefined),
  version: text,
  agentVersion: text,
  labels: z.record(z.string(), z.string()).optional().catch(undefined),
  by: text,
  ordered: text,
  exitCode: z.number().optional().catch(undefined),
  action: text,
  target: text,
  outcome: z
    .object({ kind: z.string(), code: z.string().optional(), cause: z.string().optional() })
    .optional()
    .catch(undefined),
  finding: z.object({ code: z.string(), cause: z.string() }).optional().catch(undefined),
  /** Of a probe. */
  result: z.object({ code: z.string(), cause: z.string() }).optional().catch(undefined),
  code: text,
  cause: text,
  after: z
    .object({ status: text, address: text, endpoint: text, version: text, image: text })
    .optional()
    .catch(undefined),
});

/** One line of the data of an event. */
export function eventDetail({ data }: CloudEvent): string {
  const {
    stage,
    detail,
    device,
    peer,
    address,
    route,
    version,
    agentVersion,
    labels,
    by,
    ordered,
    exitCode,
    action,
    target,
    outcome,
    finding,
    result,
    code,
    cause,
    after,
  } = Interesting.parse(data);
  return [
    stage,
    detail,
    action,
    target,
    device,
    peer,
    address,
    route?.target,
    version,
    agentVersion && `agent ${agentVersion}`,
    labels && labelsText(labels),
    by && by !== 'agent' && `by ${by}`,
    ordered && `ordered: ${ordered}`,
    exitCode === undefined ? undefined : `exit ${exitCode}`,
    outcome && [outcome.kind, outcome.code].filter(Boolean).join(': '),
    finding && `${finding.code}: ${finding.cause}`,
    result && `${result.code}: ${result.cause}`,
    code,
    ...Object.values(after ?? {}),
    cause ?? outcome?.cause,
  ]
    .filter(Boolean)
    .join(' ');
}
