import { z } from 'zod';
import {
  Cidr,
  CommandId,
  ControllerId,
  HostId,
  ItemId,
  Name,
  NetworkId,
  NodeAddress,
  NodeId,
  ProbeId,
  RouteId,
} from '../ids.js';
import { Labels } from '../labels.js';
import { Outcome } from '../outcomes.js';
import { ProbeKind } from '../probes.js';
import { FindingCode, FindingData } from './findings.js';

const facts = <const Types extends readonly [string, ...string[]], Data extends z.ZodRawShape>(
  types: Types,
  data: Data,
) => z.object({ type: z.enum(types), data: z.object(data) });

/** `source` distinguishes them from findings of agents, whose events have no such field. */
const aboutFinding = {
  source: z.literal('api'),
  node: NodeId.nullable(),
  network: NetworkId.nullable(),
  item: ItemId.nullable(),
};

/** Facts that the API itself states; they go through the outbox, in the transaction of the change that they report. */
export const ApiFact = z.discriminatedUnion('type', [
  /** `ignoredLabels`, only in `host.joined`: labels that the machine asked for and did not get, because its token does not let it choose. */
  facts(['host.joined', 'host.changed', 'host.removed'], {
    name: Name,
    labels: Labels,
    by: z.string(),
    ignoredLabels: Labels.optional(),
  }),
  facts(['host.replaced'], { name: Name, by: z.string() }),
  facts(['host.revoked', 'host.rotated'], { name: Name, by: z.string() }),
  facts(['host.paused', 'host.resumed'], { name: Name, by: z.string() }),
  facts(['host.online', 'host.unreachable'], { name: Name, cause: z.string() }),
  facts(['host.cloned'], { name: Name, epochs: z.array(z.string()) }),
  /** Something that the API itself diagnosed about a host. */
  facts(['finding.raised'], { ...aboutFinding, finding: FindingData }),
  facts(['finding.cleared'], { ...aboutFinding, code: FindingCode }),
  facts(['token.created', 'token.revoked'], {
    token: z.string(),
    kind: z.enum(['api', 'join']),
    name: z.string().nullable(),
    role: z.string().nullable(),
    by: z.string(),
  }),
  /** A token was refused something: `count` times for this operation, between these two moments. Only for admins without a scope. */
  facts(['access.refused'], {
    token: z.string(),
    name: z.string(),
    operation: z.string(),
    code: z.string(),
    count: z.int().positive(),
    since: z.string(),
    until: z.string(),
  }),
  facts(['network.named'], { network: z.string(), name: z.string(), by: z.string() }),
  facts(['network.created', 'network.configured', 'network.deleted'], {
    network: NetworkId,
    name: z.string(),
    by: z.string(),
  }),
  /** A prefix that routers bring into a network. `router`: HOST/CONTAINER that is to carry it. */
  facts(['route.opened', 'route.closed'], {
    network: NetworkId,
    target: Cidr,
    router: z.string().nullable(),
    by: z.string(),
  }),
  /**
   * Another of its routers is to carry it, `from` null: the one before was removed. `by`: a token's name, or `failover` if Orrery
   * did it on its own.
   */
  facts(['route.switched'], {
    route: RouteId.optional(),
    network: NetworkId,
    target: Cidr,
    router: z.string(),
    from: z.string().nullable(),
    by: z.string(),
    cause: z.string(),
  }),
  facts(['controller.added', 'controller.removed'], { controller: ControllerId, name: Name, by: z.string() }),
  facts(['controller.up', 'controller.away'], { controller: ControllerId, name: Name, cause: z.string() }),
  /** What was done on a controller, by whom (a token, or `admission: fleet`) and why. `node` null: not one of ours. */
  facts(['admission.authorized', 'admission.deauthorized', 'admission.forgotten'], {
    network: NetworkId,
    address: NodeAddress,
    node: NodeId.nullable(),
    by: z.string(),
    cause: z.string(),
  }),
  /** A node asks to join, and nothing decides whether it may. */
  facts(['admission.requested'], { network: NetworkId, address: NodeAddress, node: NodeId.nullable() }),
  /** Somebody requested a probe; reported before it begins. `target` as people read it. */
  facts(['probe.started'], {
    probe: ProbeId,
    node: NodeId,
    kind: ProbeKind,
    target: z.string(),
    timeoutSeconds: z.int(),
    by: z.string(),
  }),
  /** The host did not start it: it is unreachable, or its policy does not allow it. */
  facts(['probe.refused'], { probe: ProbeId, node: NodeId, target: z.string(), code: z.string(), cause: z.string() }),
  facts(['command.created', 'command.delivered', 'command.cancelled', 'command.superseded'], {
    command: CommandId,
    host: HostId,
    action: z.string(),
    target: z.string(),
    by: z.string(),
  }),
  facts(['command.waiting', 'command.done', 'command.failed'], {
    command: CommandId,
    host: HostId,
    action: z.string(),
    target: z.string(),
    outcome: Outcome,
  }),
]);
export type ApiFact = z.infer<typeof ApiFact>;
export type ApiFactType = ApiFact['type'];
