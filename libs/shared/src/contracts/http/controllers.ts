import { z } from 'zod';
import { ControllerId, Name, NodeAddress } from '../ids.js';
import { Accepted } from './commands.js';
import { HostRef, page, PageQuery, Reference, Timestamp } from './common.js';
import { NodeRef } from './nodes.js';

export const ControllerKind = z.enum(['self-hosted', 'central']).meta({
  id: 'ControllerKind',
  description:
    '`self-hosted`: the controller in a zerotier-one on one of our hosts. `central`: ZeroTier Central, through its legacy API v1.',
});
export type ControllerKind = z.infer<typeof ControllerKind>;

export const ControllerState = z.enum(['unknown', 'up', 'away', 'absent', 'moved']).meta({
  id: 'ControllerState',
  description:
    '`unknown`: not asked yet. `up`: it answers. `away`: it cannot be reached now. `absent`: its zerotier-one answers, but has no controller built in. `moved`: its address is not the one that its networks are named after.',
});
export type ControllerState = z.infer<typeof ControllerState>;

export const ControllerRef = z
  .object({ id: ControllerId.describe('Id of the controller.'), name: Name.describe('Name of the controller.') })
  .meta({ id: 'ControllerRef', description: 'A controller, by id and current name.' });
export type ControllerRef = z.infer<typeof ControllerRef>;

export const Controller = z
  .object({
    id: ControllerId.describe('Id of the controller.'),
    name: Name.describe('Name of the controller.'),
    kind: ControllerKind.describe('What kind of controller it is.'),
    node: NodeRef.nullable().describe('The node whose zerotier-one it is in; null for ZeroTier Central.'),
    host: HostRef.nullable().describe('Host of that node; null for ZeroTier Central.'),
    url: z.string().nullable().describe('Base URL of ZeroTier Central; null for a self-hosted controller.'),
    address: NodeAddress.nullable().describe(
      'Its ZeroTier address: the first ten digits of its network IDs. Null until it was asked, and for ZeroTier Central.',
    ),
    zerotierVersion: z
      .string()
      .nullable()
      .describe('Version of its zerotier-one; null until it was asked, and for ZeroTier Central.'),
    state: ControllerState.describe('Whether it answers.'),
    cause: z.string().nullable().describe('Why it is not up; null if it is.'),
    fix: z.string().nullable().describe('What to do about it; null if nothing.'),
    networks: z.int().describe('How many networks Orrery keeps on it.'),
    checkedAt: Timestamp.nullable().describe('When it was last asked; null: never.'),
    createdAt: Timestamp.describe('When it was added.'),
    version: z.int().describe('Grows with every change; also the ETag, for If-Match.'),
  })
  .meta({ id: 'Controller', description: 'A controller of ZeroTier networks that Orrery knows.' });
export type Controller = z.infer<typeof Controller>;
export const ControllerPage = page(Controller, 'ControllerPage');
export type ControllerPage = z.infer<typeof ControllerPage>;
export const ControllerQuery = PageQuery.extend({
  kind: ControllerKind.optional().meta({ description: 'Only controllers of this kind.', example: 'self-hosted' }),
});
export type ControllerQuery = z.infer<typeof ControllerQuery>;

export const ControllerPost = z
  .discriminatedUnion('kind', [
    z.strictObject({
      kind: z.literal('self-hosted').describe('A controller in a zerotier-one.'),
      node: Reference.optional().describe(
        'A node whose zerotier-one has a controller: HOST for its own daemon, HOST/CONTAINER, an address or an id.',
      ),
      host: Reference.optional().describe('A host on which to launch a container with a controller: its name or id.'),
      name: Name.optional().describe('Name for the controller; left out: the name of its node.'),
    }),
    z.strictObject({
      kind: z.literal('central').describe('ZeroTier Central.'),
      name: Name.default('central').describe('Name for the controller.'),
      url: z
        .url({ protocol: /^https?$/ })
        .default('https://api.zerotier.com/api/v1')
        .describe('Base URL of the API.'),
      token: z
        .string()
        .min(8)
        .max(256)
        .describe('API token of ZeroTier Central. It is stored encrypted and never shown again.'),
    }),
  ])
  .refine((post) => post.kind === 'central' || (post.node === undefined) !== (post.host === undefined), {
    message: 'name either the node or the host',
  })
  .meta({
    id: 'ControllerPost',
    description:
      'A controller to add. With `node`: the controller in the zerotier-one of that node, at once (201). With `host`: a container with a controller is launched there first (202, with its command).',
  });
export type ControllerPost = z.infer<typeof ControllerPost>;

export const ControllerAccepted = Accepted.extend({
  controller: Controller.describe('The controller as it is now.'),
}).meta({
  id: 'ControllerAccepted',
  description: 'Answer 202 of `POST /v1/controllers`: the controller is usable when the command is done.',
});
export type ControllerAccepted = z.infer<typeof ControllerAccepted>;

export const ControllerPatch = z
  .strictObject({
    name: Name.optional().describe('New name.'),
    token: z
      .string()
      .min(8)
      .max(256)
      .optional()
      .describe('New API token, for ZeroTier Central only. Central must accept it; then it replaces the old one.'),
  })
  .refine((patch) => Object.keys(patch).length > 0, 'nothing to change: give name or token')
  .meta({ id: 'ControllerPatch', description: 'A change of a controller. Anything left out stays as it is.' });
export type ControllerPatch = z.infer<typeof ControllerPatch>;
