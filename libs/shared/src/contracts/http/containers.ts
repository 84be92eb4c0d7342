import { z } from 'zod';
import { ContainerId, ItemId, Name, NetworkId } from '../ids.js';
import { ContainerLimits, ImageReference, Intent, MembershipSettings } from '../items.js';
import { ContainerState } from '../observed.js';
import { Outcome } from '../outcomes.js';
import { HostRef, page, PageQuery, Reference, Timestamp } from './common.js';
import { NodeRef } from './nodes.js';

/** What a container should be. Equal spec again: the same container; another spec under the same name: 409. */
export const ContainerSpec = z
  .strictObject({
    /** Networks by 16 hex or by name. */
    networks: z.array(Reference).min(1).max(16),
    /** Null or absent: the host's default image. */
    image: ImageReference.nullable().default(null),
    limits: ContainerLimits.prefault({}),
    settings: MembershipSettings.prefault({}),
  })
  .meta({ id: 'ContainerSpec' });
export type ContainerSpec = z.infer<typeof ContainerSpec>;

/** Body of `POST /v1/hosts/{host}/containers`. */
export const ContainerPost = ContainerSpec.extend({ name: Name }).meta({ id: 'ContainerPost' });
export type ContainerPost = z.infer<typeof ContainerPost>;

export const Container = z
  .object({
    id: ContainerId,
    name: Name,
    host: HostRef,
    node: NodeRef,
    item: ItemId,
    simulated: z.boolean(),
    intent: Intent,
    networks: z.array(NetworkId),
    image: ImageReference.nullable(),
    limits: ContainerLimits,
    /** Of its memberships; null: not the same in all of its networks. */
    settings: MembershipSettings.nullable(),
    incarnation: z.int(),
    outcome: Outcome.nullable(),
    /** What the engine last showed; null before it was made and after it is gone. */
    status: z
      .object({
        state: ContainerState,
        engineId: z.string(),
        image: z.string(),
        startedAt: Timestamp.nullable(),
        exitCode: z.int().nullable(),
        oomKilled: z.boolean(),
      })
      .nullable(),
    createdAt: Timestamp,
    version: z.int(),
  })
  .meta({ id: 'Container' });
export type Container = z.infer<typeof Container>;
export const ContainerPage = page(Container, 'ContainerPage');
export type ContainerPage = z.infer<typeof ContainerPage>;
export const ContainerQuery = PageQuery.extend({ host: Reference.optional(), network: Reference.optional() });
export type ContainerQuery = z.infer<typeof ContainerQuery>;

/** Answer of `GET /v1/hosts/{host}/containers/{name}/logs?tail=100`: the last lines, the oldest first. */
export const ContainerLogs = z.object({ lines: z.array(z.string()) }).meta({ id: 'ContainerLogs' });
export type ContainerLogs = z.infer<typeof ContainerLogs>;
