import { z } from 'zod';
import { ContainerId, ItemId, Name, NetworkId } from '../ids.js';
import { ContainerLimits, ImageReference, Intent, MembershipSettings, Workload } from '../items.js';
import { ContainerState } from '../observed.js';
import {
  attentionOf,
  HostRef,
  page,
  PageQuery,
  Reference,
  searchIn,
  ShownOutcome,
  sortBy,
  Timestamp,
} from './common.js';
import { NodeRef } from './nodes.js';

export const ContainerSpec = z
  .strictObject({
    networks: z.array(Reference).min(1).max(16).describe('Networks that its node joins: 16-digit IDs or names.'),
    image: ImageReference.nullable()
      .default(null)
      .describe('Image of the container; null or left out: the default image of the host.'),
    limits: ContainerLimits.prefault({}).describe('Limits of the container.'),
    settings: MembershipSettings.prefault({}).describe('Settings of its memberships.'),
  })
  .meta({
    id: 'ContainerSpec',
    description:
      'What a container should be. The same spec again gives the same container; another spec under the same name is refused (409).',
  });
export type ContainerSpec = z.infer<typeof ContainerSpec>;

export const ContainerPost = ContainerSpec.extend({
  name: Name.describe('Name of the container, unique on its host.'),
}).meta({
  id: 'ContainerPost',
  description: 'A container to launch: its name and its spec.',
});
export type ContainerPost = z.infer<typeof ContainerPost>;

export const AttachmentPost = ContainerSpec.extend({
  workload: Workload.describe(
    'The container to attach: PROJECT/SERVICE/NUMBER of Docker Compose, or the name of a container. It need not exist yet.',
  ),
  name: Name.optional().describe(
    'Name of the attachment, unique among the containers of its host; left out: derived from the workload (`shop/db/1`: `shop-db-1`).',
  ),
}).meta({
  id: 'AttachmentPost',
  description: 'A workload to attach to networks: its node runs in a ZeroTier container that shares its network.',
});
export type AttachmentPost = z.infer<typeof AttachmentPost>;

export const Container = z
  .object({
    id: ContainerId.describe('Id of the container.'),
    name: Name.describe('Name, unique on its host. In the engine it is called `orrery-NAME`.'),
    host: HostRef.describe('Its host.'),
    node: NodeRef.describe('The node that it runs.'),
    item: ItemId.describe('Id of its item in the desired state of the host.'),
    simulated: z.boolean().describe('True for a host that only simulates its engine and its zerotier-one.'),
    intent: Intent.describe('Whether it should be there.'),
    workload: Workload.nullable()
      .default(null)
      .describe('The container whose network it shares, if it is an attachment; null: it has a network of its own.'),
    byLabel: z.boolean().default(false).describe('True: labels of its workload made it, and not a command.'),
    networks: z.array(NetworkId).describe('IDs of the networks that its node should be in.'),
    image: ImageReference.nullable().describe('Requested image; null: the default image of the host.'),
    limits: ContainerLimits.describe('Limits of the container.'),
    settings: MembershipSettings.nullable().describe(
      'Settings of its memberships; null: they are not the same in all of its networks.',
    ),
    incarnation: z.int().describe('Increases with each requested restart.'),
    outcome: ShownOutcome.nullable().describe('How it stands; null: its host has not reported it yet.'),
    status: z
      .object({
        state: ContainerState.describe('State that the engine shows.'),
        engineId: z.string().describe('Id that the engine gave it.'),
        image: z.string().describe('Image that it runs, as the engine shows it.'),
        startedAt: Timestamp.nullable().describe('When it was last started; null: never.'),
        exitCode: z.int().nullable().describe('Exit code of its last run; null while it runs.'),
        oomKilled: z.boolean().describe('True: the kernel killed it because it used more memory than its limit.'),
      })
      .nullable()
      .describe('What the engine last showed; null before the container was created and after it is gone.'),
    createdAt: Timestamp.describe('When it was first requested.'),
    version: z.int().describe('Grows with every change; also the ETag, for If-Match.'),
  })
  .meta({ id: 'Container', description: 'A ZeroTier container that Orrery manages.' });
export type Container = z.infer<typeof Container>;
export const ContainerPage = page(Container, 'ContainerPage');
export type ContainerPage = z.infer<typeof ContainerPage>;
export const ContainerQuery = PageQuery.extend({
  q: searchIn('HOST/NAME, the workload, or the ZeroTier address of its node'),
  sort: sortBy('host', 'name', 'outcome', 'createdAt'),
  attention: attentionOf('containers with a node that'),
  host: Reference.optional().meta({ description: 'Only containers of this host: its name or id.', example: 'web-1' }),
  network: Reference.optional().meta({
    description: 'Only containers in this network: its 16-digit ID or its name.',
    example: 'lab',
  }),
});
export type ContainerQuery = z.infer<typeof ContainerQuery>;

export const ContainerLogs = z
  .object({ lines: z.array(z.string()).describe('The last lines, oldest first.') })
  .meta({ id: 'ContainerLogs', description: 'The end of a container’s log.' });
export type ContainerLogs = z.infer<typeof ContainerLogs>;
