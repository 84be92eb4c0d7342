/**
 * Whose an address is says the view `node_addresses` (migration 0010), and nothing else: what a host reports is a claim. It is for one node
 * after another; by an address it is asked of these nodes alone, which indexes find.
 */
export const holdersOf = (addresses: string) => `
  SELECT node_id FROM node_status WHERE address = ANY(${addresses})
  UNION SELECT node_id FROM identities WHERE address = ANY(${addresses}) AND state = 'assigned'`;
