import { z } from 'zod';
import { NetworkId } from '../ids.js';
import { Workload } from '../items.js';
import { ContainerState } from '../observed.js';
import { HostRef, page, PageQuery, Reference, Timestamp } from './common.js';
import { NodeRef } from './nodes.js';

export const WorkloadNetwork = z
  .object({
    network: z.string().describe('The network, as the label names it.'),
    id: NetworkId.nullable().describe('ID of the network; null: no network has that name.'),
    address: z.string().nullable().describe('The address that the label asks for; null: the network chooses one.'),
    code: z.string().nullable().describe('Why the label has no effect; null: it has one.'),
    cause: z.string().nullable().describe('Why the label has no effect, in words; null: it has one.'),
    fix: z.string().nullable().describe('What to do about it; null: the label has an effect.'),
  })
  .meta({ id: 'WorkloadNetwork', description: 'A network that a label of a workload asks for.' });
export type WorkloadNetwork = z.infer<typeof WorkloadNetwork>;

export const ShownWorkload = z
  .object({
    host: HostRef.describe('Its host.'),
    workload: Workload.describe('PROJECT/SERVICE/NUMBER of Docker Compose, or the name of the container.'),
    name: z.string().describe('Name of the container in the engine.'),
    state: ContainerState.describe('State that the engine shows.'),
    startedAt: Timestamp.nullable().describe('When it was last started; null: never.'),
    labels: z.record(z.string(), z.string()).describe('Its labels that start with `orrery.`.'),
    networks: z.array(WorkloadNetwork).describe('The networks that its labels ask for.'),
    node: NodeRef.nullable().describe('The node that is attached to it; null: none is.'),
    byLabel: z.boolean().describe('True: its labels made the attachment, and not a command.'),
    updatedAt: Timestamp.describe('When the API last stored something new about it.'),
  })
  .meta({
    id: 'Workload',
    description: 'A container that is not Orrery’s, but wears labels for Orrery or is attached.',
  });
export type ShownWorkload = z.infer<typeof ShownWorkload>;
export const WorkloadPage = page(ShownWorkload, 'WorkloadPage');
export type WorkloadPage = z.infer<typeof WorkloadPage>;
export const WorkloadQuery = PageQuery.extend({
  host: Reference.optional().meta({ description: 'Only workloads on this host: its name or id.', example: 'web-1' }),
});
export type WorkloadQuery = z.infer<typeof WorkloadQuery>;
