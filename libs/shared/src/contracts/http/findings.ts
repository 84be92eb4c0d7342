import { type z } from 'zod';
import { FindingData, FindingSource } from '../events/findings.js';
import { NetworkId } from '../ids.js';
import { See } from '../problems.js';
import { HostRef, page, PageQuery, Reference, Timestamp } from './common.js';
import { NodeRef } from './nodes.js';

/** As the API shows it: with the request that does what the fix says, or shows more. That is the API's word, not the agent's. */
export const ShownFinding = FindingData.extend({ see: See.optional() });
export type ShownFinding = z.infer<typeof ShownFinding>;

export const Finding = ShownFinding.extend({
  /** Null: it is about Orrery itself, not about a host. */
  host: HostRef.nullable(),
  node: NodeRef.nullable(),
  network: NetworkId.nullable(),
  since: Timestamp,
  /** Left out by an API that does not know it yet. */
  source: FindingSource.optional(),
}).meta({ id: 'Finding' });
export type Finding = z.infer<typeof Finding>;
export const FindingPage = page(Finding, 'FindingPage');
export type FindingPage = z.infer<typeof FindingPage>;
export const FindingQuery = PageQuery.extend({ host: Reference.optional() });
export type FindingQuery = z.infer<typeof FindingQuery>;
