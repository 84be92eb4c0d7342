import { type z } from 'zod';
import { FindingData, FindingSource } from '../events/findings.js';
import { NetworkId } from '../ids.js';
import { See } from '../problems.js';
import { FixCommands, HostRef, page, PageQuery, Reference, Timestamp } from './common.js';
import { NodeRef } from './nodes.js';

/** A finding as the API shows it: with the request that does what the fix says, or shows more. The API adds it, not the agent. */
export const ShownFinding = FindingData.extend({
  see: See.optional().describe('The request that does what the fix says, or shows more; left out if there is none.'),
  commands: FixCommands,
});
export type ShownFinding = z.infer<typeof ShownFinding>;

export const Finding = ShownFinding.extend({
  host: HostRef.nullable().describe('The host that it is about; null: it is about Orrery itself.'),
  node: NodeRef.nullable().describe('The node that it is about; null: it is about no single node.'),
  network: NetworkId.nullable().describe('ID of the network that it is about; null: it is about no single network.'),
  since: Timestamp.describe('When it was diagnosed.'),
  source: FindingSource.optional().describe('Who diagnosed it; left out by an older API.'),
}).meta({ id: 'Finding', description: 'A diagnosed cause with its fix.' });
export type Finding = z.infer<typeof Finding>;
export const FindingPage = page(Finding, 'FindingPage');
export type FindingPage = z.infer<typeof FindingPage>;
export const FindingQuery = PageQuery.extend({
  host: Reference.optional().meta({ description: 'Only findings about this host: its name or id.', example: 'web-1' }),
});
export type FindingQuery = z.infer<typeof FindingQuery>;
