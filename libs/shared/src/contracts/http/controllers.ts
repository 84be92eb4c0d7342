import { z } from 'zod';
import { ControllerId, Name, NodeAddress } from '../ids.js';
import { Accepted } from './commands.js';
import { HostRef, page, PageQuery, Reference, Timestamp } from './common.js';
import { NodeRef } from './nodes.js';

/** `self-hosted`: the controller in a zerotier-one on one of our hosts. `central`: ZeroTier Central, the legacy API v1. */
export const ControllerKind = z.enum(['self-hosted', 'central']).meta({ id: 'ControllerKind' });
export type ControllerKind = z.infer<typeof ControllerKind>;

/** `away`: it cannot be asked now. `absent`: it answers, and is none. `moved`: it has another address than its networks are named after. */
export const ControllerState = z.enum(['unknown', 'up', 'away', 'absent', 'moved']).meta({ id: 'ControllerState' });
export type ControllerState = z.infer<typeof ControllerState>;

export const ControllerRef = z.object({ id: ControllerId, name: Name }).meta({ id: 'ControllerRef' });
export type ControllerRef = z.infer<typeof ControllerRef>;

export const Controller = z
  .object({
    id: ControllerId,
    name: Name,
    kind: ControllerKind,
    /** Where it is, of a self-hosted one. */
    node: NodeRef.nullable(),
    host: HostRef.nullable(),
    /** Base URL of Central. */
    url: z.string().nullable(),
    /** Its ZeroTier address: the first ten digits of its networks. Null until it was asked, and of Central. */
    address: NodeAddress.nullable(),
    /** Of its zerotier-one. */
    zerotierVersion: z.string().nullable(),
    state: ControllerState,
    cause: z.string().nullable(),
    fix: z.string().nullable(),
    networks: z.int(),
    checkedAt: Timestamp.nullable(),
    createdAt: Timestamp,
    version: z.int(),
  })
  .meta({ id: 'Controller' });
export type Controller = z.infer<typeof Controller>;
export const ControllerPage = page(Controller, 'ControllerPage');
export type ControllerPage = z.infer<typeof ControllerPage>;
export const ControllerQuery = PageQuery.extend({ kind: ControllerKind.optional() });
export type ControllerQuery = z.infer<typeof ControllerQuery>;

/**
 * Body of `POST /v1/controllers`. With `node` the controller in that node's zerotier-one, at once (201). With `host` a container
 * that is one is launched there first: 202 with the command. `token` is kept encrypted and never shown again.
 */
export const ControllerPost = z
  .discriminatedUnion('kind', [
    z.strictObject({
      kind: z.literal('self-hosted'),
      node: Reference.optional(),
      host: Reference.optional(),
      name: Name.optional(),
    }),
    z.strictObject({
      kind: z.literal('central'),
      name: Name.default('central'),
      url: z.url({ protocol: /^https?$/ }).default('https://api.zerotier.com/api/v1'),
      token: z.string().min(8).max(256),
    }),
  ])
  .refine((post) => post.kind === 'central' || (post.node === undefined) !== (post.host === undefined), {
    message: 'name either the node or the host',
  })
  .meta({ id: 'ControllerPost' });
export type ControllerPost = z.infer<typeof ControllerPost>;

/** Answer 202 of `POST /v1/controllers`: it is there when the command is done. */
export const ControllerAccepted = Accepted.extend({ controller: Controller }).meta({ id: 'ControllerAccepted' });
export type ControllerAccepted = z.infer<typeof ControllerAccepted>;

/** Body of `PATCH /v1/controllers/{controller}`. A token only of Central: it has to be accepted there, and takes the place of the old one. */
export const ControllerPatch = z
  .strictObject({ name: Name.optional(), token: z.string().min(8).max(256).optional() })
  .refine((patch) => Object.keys(patch).length > 0, 'nothing to change: give name or token')
  .meta({ id: 'ControllerPatch' });
export type ControllerPatch = z.infer<typeof ControllerPatch>;
