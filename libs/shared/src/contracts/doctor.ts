import { z } from 'zod';
import { FindingFacts } from './events/findings.js';
import { NetworkId, NodeId } from './ids.js';
import { MAX_CAUSE, MAX_FIX, MAX_WORD } from './lengths.js';

/** What a check of the doctor says. `unknown` is an answer of its own: nothing is concluded from what cannot be seen. */
export const DoctorVerdict = z.enum(['found', 'fine', 'unknown']).meta({
  id: 'DoctorVerdict',
  description:
    '`found`: this is wrong here. `fine`: it is not. `unknown`: it cannot be seen from where the agent runs.',
});
export type DoctorVerdict = z.infer<typeof DoctorVerdict>;

/** Maximum number of checks in one result: a check that finds something in several nodes has one entry for each. */
export const MAX_CHECKS = 500;

/** One check of one machine, as an agent reports it. A newer agent may look for more than this API knows. */
export const DoctorCheck = z.object({
  code: z.string().max(MAX_WORD).describe('What was looked for: a code of docs/errors.md.'),
  result: DoctorVerdict.describe('What the check says.'),
  severity: z.enum(['info', 'warning', 'error']).nullable().describe('How bad it is; null unless it was found.'),
  node: NodeId.nullable(),
  network: NetworkId.nullable().describe('ID of the network that it is about; null: it is about no single network.'),
  cause: z.string().max(MAX_CAUSE).nullable().describe('What was found, or why it cannot be told; null if it is fine.'),
  fix: z.string().max(MAX_FIX).nullable().describe('What to do about it; null unless it was found.'),
  facts: FindingFacts.optional().describe('Facts about it, for the commands that mend it; left out if there are none.'),
});
export type DoctorCheck = z.infer<typeof DoctorCheck>;

const checkedAt = z.iso.datetime().max(MAX_WORD).describe('When the machine was looked at, by its own clock.');
const tookMs = z.int().nonnegative().describe('How long that took, in milliseconds.');

/** Value of an `ok` reply to `doctor`: every check of a new look at the machine. Agents before it answered what they knew already. */
export const DoctorResult = z.object({ checkedAt, tookMs, checks: z.array(DoctorCheck).max(MAX_CHECKS) });
export type DoctorResult = z.infer<typeof DoctorResult>;
