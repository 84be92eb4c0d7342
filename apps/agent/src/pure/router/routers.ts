import { covers, overlaps, parsePrefix, type Prefix } from '@orrery/shared/addresses';
import {
  explain,
  explainAgain,
  type Explained,
  type FailureCode,
  type Item,
  type NodeId,
  type ObservedNode,
  type ObservedState,
  type RouterItem,
  type RouterWay,
} from '@orrery/shared/contracts';
import type { GroundEntry, RouterGround } from '@orrery/shared/machine';
import type { RuledGround } from '../guard/ground.js';

interface Grounds {
  ground?: RuledGround;
  routerGround?: RouterGround;
}
/** What each node is to let through. A node that is missing is no router, and its container does not forward. */
export type Routers = ReadonlyMap<NodeId, readonly RouterWay[]>;

/**
 * The routers of this host: containers of their own with a present item, whose host is fit for it. One that forwards already is not taken
 * apart because its host lost its way into the LAN for a moment.
 */
export function routersOf(items: readonly Item[], observed: ObservedState, grounds: Grounds): Routers {
  const routers = new Map<NodeId, RouterWay[]>();
  for (const item of items) {
    if (item.kind !== 'router' || item.intent === 'absent') continue;
    const container = items.find(({ kind, node }) => kind === 'container' && node === item.node);
    if (container?.intent !== 'present') continue;
    if (!forwardsAlready(container, observed) && obstacleOf(item, grounds)) continue;
    const ways = [...(routers.get(item.node) ?? []), { network: item.network, prefixes: [...item.prefixes].sort() }];
    routers.set(
      item.node,
      ways.toSorted((one, other) => (one.network < other.network ? -1 : 1)),
    );
  }
  return routers;
}

const forwardsAlready = ({ id }: Item, { containers }: ObservedState): boolean =>
  containers.known && containers.value.some(({ item, ours, forwards }) => ours && item === id && forwards === true);

/** Whether the table in a node's namespace is the one that it should have. */
export const isAsWritten = ({ router }: Pick<ObservedNode, 'router'>, ways: readonly RouterWay[]): boolean =>
  router?.known === true && router.value.ways !== null && JSON.stringify(router.value.ways) === JSON.stringify(ways);

/** What on this host keeps a router from its prefixes; undefined: nothing that can be seen. */
export function obstacleOf(
  { prefixes }: Pick<RouterItem, 'prefixes'>,
  { ground, routerGround }: Grounds,
): Explained<FailureCode> | undefined {
  const unfit = routerGround && unfitness(routerGround);
  if (unfit) return unfit;
  if (ground?.known === false) return explainAgain({ code: 'unexpected', ...ground });
  for (const text of prefixes) {
    const prefix = parsePrefix(text);
    const found =
      prefix && (ownNetwork(text, prefix, routerGround) ?? (ground && withoutWay(text, prefix, ground.value)));
    if (found) return found;
  }
  return undefined;
}

function unfitness({ trouble, bridge }: RouterGround): Explained<FailureCode> | undefined {
  if (trouble) return trouble;
  if (bridge?.isInternal) return explain('no-masquerade/internal', { network: bridge.name });
  return bridge && !bridge.masquerades ? explain('no-masquerade/option', { network: bridge.name }) : undefined;
}

function ownNetwork(text: string, prefix: Prefix, { bridge }: RouterGround = {}) {
  const subnet = bridge?.subnets.find((one) => {
    const own = parsePrefix(one);
    return own !== undefined && overlaps(own, prefix);
  });
  return bridge && subnet !== undefined
    ? explain('lan-not-reached/own-network', { prefix: text, subnet, network: bridge.name })
    : undefined;
}

/** A default route counts as a way: many LANs are behind the router of the site. So does a route into a part of the prefix. */
function withoutWay(text: string, prefix: Prefix, ground: readonly GroundEntry[]) {
  const routes = ground.flatMap((entry) => {
    const target = entry.kind === 'route' || entry.kind === 'zerotier' ? parsePrefix(entry.prefix) : undefined;
    return target?.version === prefix.version ? [{ ...entry, target }] : [];
  });
  const around = routes.filter(({ target }) => covers(target, prefix));
  const [best] = around.toSorted((one, other) => other.target.bits - one.target.bits || rank(one) - rank(other));
  if (best && rank(best) === 0) return undefined;
  const isWithin = ({ target, ...entry }: (typeof routes)[number]) => covers(prefix, target) && rank(entry) === 0;
  if (routes.some((route) => route !== best && isWithin(route))) return undefined;
  if (!best) return explain('lan-not-reached/no-route', { prefix: text });
  const device = best.device ?? '';
  return best.kind === 'zerotier'
    ? explain('lan-not-reached/zerotier', { prefix: text, device })
    : explain('lan-not-reached/bridge', { prefix: text, device });
}

/** Bridges that Docker itself made. One that a person made, such as br0, may be the LAN. */
const OF_DOCKER = /^(docker0|br-[0-9a-f]{12})$/;

/** 0: leads out of the host. */
const rank = ({ kind, device }: GroundEntry): number =>
  kind === 'zerotier' ? 2 : OF_DOCKER.test(device ?? '') ? 1 : 0;
