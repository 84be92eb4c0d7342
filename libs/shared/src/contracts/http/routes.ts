import { z } from 'zod';
import { NetworkRoute } from '../controllers.js';
import { Cidr, CommandId, Name, NetworkId, RouteId } from '../ids.js';
import { LanCheck, MAX_ROUTER_PREFIXES } from '../items.js';
import { Command } from './commands.js';
import { HostRef, page, PageQuery, Reference, ShownOutcome, Timestamp } from './common.js';
import { ShownFinding } from './findings.js';
import { NodeRef } from './nodes.js';

/** The routes of one network: those that people gave it, and those of routers, each of which can need two entries. */
export const MAX_NETWORK_ROUTES = MAX_ROUTER_PREFIXES;
/** Routers of one route: the first carries it, the others stand by. */
const MAX_VIA = 8;
/** Maximum number of hosts listed that will not take a route. */
export const MAX_NOT_TAKEN = 100;

const Via = z
  .strictObject({
    host: Reference.describe('The host: its name or id.'),
    container: Name.optional().describe(
      'Name of a container of the host that is in the network; left out: `NETWORK-router` is launched there.',
    ),
  })
  .meta({ id: 'Via', description: 'A node that can carry a route.' });

export const RoutePost = z
  .strictObject({
    target: Cidr.meta({
      description: 'Prefix behind the routers: private IPv4, without bits after its length.',
      example: '192.168.10.0/24',
    }),
    via: z
      .array(Via)
      .min(1)
      .max(MAX_VIA)
      .describe('Its routers, in order of preference: the first carries it, the others stand by. One for each host.'),
    check: z
      .strictObject(LanCheck.shape)
      .optional()
      .describe(
        'An address within the target that all routers try: when the one that carries the route gets no answer and another one does, it switches.',
      ),
  })
  .meta({ id: 'RoutePost', description: 'A prefix to bring into a network, and the nodes that carry it there.' });
export type RoutePost = z.infer<typeof RoutePost>;

export const RoutePatch = z
  .strictObject({
    router: z.string().min(1).max(128).meta({
      description:
        'The router that is to carry it from now on, one of `via`: HOST/CONTAINER, or HOST. In an answer: the one that does, as HOST/CONTAINER.',
      example: 'onprem-2',
    }),
  })
  .meta({ id: 'RoutePatch', description: 'Which of its routers carries a route.' });
export type RoutePatch = z.infer<typeof RoutePatch>;

export const RouteVia = z
  .object({
    host: Name.describe('Name of its host.'),
    container: Name.describe('Name of its container.'),
    node: NodeRef.describe('The node.'),
    launched: z.boolean().describe('Whether the route launched it, and so removes it in the end.'),
    address: z
      .string()
      .nullable()
      .describe('Its address in the network, as the kernel shows it; null: it has none yet.'),
    outcome: ShownOutcome.nullable().describe('Whether it forwards to the prefix; null: its host has not reported it.'),
    hears: z
      .boolean()
      .nullable()
      .optional()
      .describe(
        'Of a standby: whether the router that carries the route answers its pings; null: not asked, or not known yet. Left out by an older API.',
      ),
  })
  .meta({ id: 'RouteVia', description: 'A router of a route.' });
export type RouteVia = z.infer<typeof RouteVia>;

export const KeptRoute = z
  .object({
    id: RouteId.describe('Id of the route.'),
    network: z
      .object({
        id: NetworkId.describe('ZeroTier network ID.'),
        name: z.string().nullable().describe('Name of the network; null if it has none.'),
      })
      .describe('The network that it leads into.'),
    target: Cidr.describe('Prefix behind its routers.'),
    state: z
      .enum(['pending', 'announced'])
      .describe('`announced`: the controller announces it, by the router that is to carry it. `pending`: not yet.'),
    cause: z.string().nullable().describe('Why it is pending; null if it is announced.'),
    router: z
      .string()
      .nullable()
      .describe('The router that is to carry it, as HOST/CONTAINER; null: none of its routers is left.'),
    since: Timestamp.optional().describe('Since when it is to be this router; left out by an older API.'),
    via: z.array(RouteVia).describe('Its routers, in order of preference.'),
    check: LanCheck.nullable().optional().describe('What its routers try behind them; null: nothing.'),
    announced: z
      .array(NetworkRoute)
      .describe(
        'What its controller announces for it: the prefix, or its two halves, which mean the same. They take turns at each switch, because zerotier-one keeps the first gateway of a target.',
      ),
    findings: z.array(ShownFinding).describe('What is wrong with it, or will be when something else fails.'),
    createdAt: Timestamp.describe('When it was added.'),
    version: z.int().describe('Grows with every change; also the ETag, for If-Match.'),
  })
  .meta({ id: 'KeptRoute', description: 'A route that Orrery keeps: a prefix that routers bring into a network.' });
export type KeptRoute = z.infer<typeof KeptRoute>;
export const KeptRoutePage = page(KeptRoute, 'KeptRoutePage');
export type KeptRoutePage = z.infer<typeof KeptRoutePage>;

export const RouteQuery = PageQuery.extend({
  network: Reference.optional().meta({
    description: 'Only routes of this network: its 16-digit ID or its name.',
    example: 'lab',
  }),
});
export type RouteQuery = z.infer<typeof RouteQuery>;

export const NotTaken = z
  .object({
    host: HostRef.describe('The host.'),
    cause: z.string().describe('Why its own daemon will not take the route.'),
  })
  .meta({ id: 'NotTaken', description: 'A host in the network whose own daemon will not take a route.' });
export type NotTaken = z.infer<typeof NotTaken>;

const commands = {
  route: KeptRoute.describe('The route as it is now.'),
  group: CommandId.describe('Id that these commands share.'),
  commands: z.array(Command).describe('The commands, one for each host of a router.'),
};

export const RouteAdded = z
  .object({
    ...commands,
    notTaken: z
      .array(NotTaken)
      .max(MAX_NOT_TAKEN)
      .describe(`Hosts in the network whose own daemon will not take it, at most ${MAX_NOT_TAKEN}.`),
    joinedAgain: z
      .array(HostRef)
      .max(MAX_NOT_TAKEN)
      .optional()
      .describe(
        `Hosts whose own daemon joins the network again to take it, at most ${MAX_NOT_TAKEN}: it reads what it accepts only when its interface is made. Left out by an older API.`,
      ),
  })
  .meta({ id: 'RouteAdded', description: 'Answer 202 of a new route: one command for each host of a router.' });
export type RouteAdded = z.infer<typeof RouteAdded>;

export const RouteRemoved = z.object(commands).meta({
  id: 'RouteRemoved',
  description: 'Answer 202 of the removal of a route, as it was: one command for each host of a router.',
});
export type RouteRemoved = z.infer<typeof RouteRemoved>;
