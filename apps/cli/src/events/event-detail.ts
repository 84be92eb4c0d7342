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
  /** HOST/CONTAINER that is to carry a route, and the one before. */
  router: text,
  from: text,
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
  const told = Interesting.parse(data);
  const { by, ordered, exitCode, outcome, finding, result, cause, after } = told;
  return [
    told.stage,
    told.detail,
    told.action,
    told.target,
    told.device,
    told.peer,
    told.address,
    told.route?.target,
    told.from && `from ${told.from}`,
    told.router && `to ${told.router}`,
    told.version,
    told.agentVersion && `agent ${told.agentVersion}`,
    told.labels && labelsText(told.labels),
    by && by !== 'agent' && `by ${by}`,
    ordered && `ordered: ${ordered}`,
    exitCode === undefined ? undefined : `exit ${exitCode}`,
    outcome && [outcome.kind, outcome.code].filter(Boolean).join(': '),
    finding && `${finding.code}: ${finding.cause}`,
    result && `${result.code}: ${result.cause}`,
    told.code,
    ...Object.values(after ?? {}),
    cause ?? outcome?.cause,
  ]
    .filter(Boolean)
    .join(' ');
}
