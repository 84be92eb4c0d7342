import { Name, NetworkId, NodeKind } from '@orrery/shared/contracts';
import { z } from 'zod';
import { NAMED_NODES } from '../nodes/named-nodes.js';

/**
 * The things that a command may name. Each has a type that no foreign text fits into: names that a network's owner or a container gave
 * itself are not among them. Whatever is missing or has another form is not named.
 */
export const RemedyAbout = z.object({
  host: Name.nullable().catch(null),
  kind: NodeKind.nullable().catch(null),
  /** Of the node, if it is in a container of Orrery. */
  container: Name.nullable().catch(null),
  network: NetworkId.nullable().catch(null),
  /** Only a name that a person gave the network here. */
  networkName: z
    .string()
    .regex(/^[a-z0-9][a-z0-9._-]{0,62}$/)
    .refine((name) => !NetworkId.safeParse(name).success)
    .nullable()
    .catch(null),
  /** Whether Orrery keeps the network. */
  isKept: z.boolean().catch(false),
});
export type RemedyAbout = z.infer<typeof RemedyAbout>;

/** SQL of a RemedyAbout, of a row of NAMED_NODES and one of `networks`; both may be missing. */
export const aboutColumns = (node: string, network: string, networkId: string) => `jsonb_build_object(
  'host', ${node}.host_name, 'kind', ${node}.kind, 'network', ${networkId}, 'networkName', ${network}.name,
  'container', CASE WHEN ${node}.container_id IS NOT NULL THEN substr(${node}.name, length(${node}.host_name) + 2) END,
  'isKept', ${network}.controller_id IS NOT NULL)`;

/** SQL of the RemedyAbout of an item; null for one that is gone. `item`: a column. */
export const aboutItem = (item: string) => `(
  SELECT ${aboutColumns('about_n', 'about_w', `about_i.body ->> 'network'`)}
    FROM items about_i JOIN ${NAMED_NODES} about_n ON about_n.id = about_i.node_id
    LEFT JOIN networks about_w ON about_w.id = about_i.body ->> 'network' WHERE about_i.id = ${item})`;
