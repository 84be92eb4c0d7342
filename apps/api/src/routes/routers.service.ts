import { Injectable } from '@nestjs/common';
import {
  ContainerLimits,
  explain,
  MembershipSettings,
  type Name,
  type NetworkConfig,
  type NetworkId,
  type NodeId,
  type RoutePost,
} from '@orrery/shared/contracts';
import { AppError, newId } from '@orrery/shared/runtime';
import { isDeepStrictEqual } from 'node:util';
import { ContainerChanges } from '../containers/container-changes.service.js';
import type { Transaction } from '../database/sql.js';
import { ownPrefixes } from '../networks/own-prefixes.js';
import { References, type FoundHost } from '../references/references.service.js';
import {
  containerDraft,
  membershipDraft,
  routerDraft,
  type HostChange,
  type Origin,
  type WantedContainer,
  type WantedMembership,
  type WantedRouter,
} from '../wanted/wanted-items.js';
import { Wanted } from '../wanted/wanted.service.js';
import { isWithin } from './judge-target.js';
import { RoutesRepository } from './routes.repository.js';

export type RouterHost = Pick<FoundHost, 'id' | 'name'>;

/** A named router: its host, and its container if it was named. */
export interface NamedRouter {
  host: RouterHost;
  container: Name | undefined;
}

/** The network that routers bring prefixes into. */
export interface RoutedNetwork {
  id: NetworkId;
  name: string;
  config: NetworkConfig;
}

/** What makes a node a router of a network, with the prefixes that it then carries there. */
export interface RouterChange {
  host: RouterHost;
  node: NodeId;
  change: HostChange;
}

/** What an item of a router is to say. */
type Opens = Pick<WantedRouter, 'prefixes' | 'check'>;

interface Place {
  host: RouterHost;
  network: RoutedNetwork;
  by: Origin;
}

/** The rules by which nodes become routers and cease to be. Callers hold the locks of the hosts. */
@Injectable()
export class Routers {
  constructor(
    private readonly references: References,
    private readonly wanted: Wanted,
    private readonly containers: ContainerChanges,
    private readonly repository: RoutesRepository,
  ) {}

  /** The hosts of the named routers, each once. Throws AppError `router-refused`. */
  async hosts(
    tx: Transaction,
    { name: network, config }: RoutedNetwork,
    via: RoutePost['via'],
  ): Promise<NamedRouter[]> {
    if (!ownPrefixes(config).some((prefix) => !prefix.includes(':')))
      throw refused(explain('router-refused/no-pool', { network }));
    const named: NamedRouter[] = [];
    for (const { host: reference, container } of via) {
      const host = await this.references.host(tx, reference);
      if (named.some((one) => one.host.id === host.id))
        throw refused(explain('router-refused/same-host', { host: host.name }));
      named.push({ host, container });
    }
    return named;
  }

  /** Makes a node carry these prefixes besides those that it carries already: one that is there, or a new one. */
  async add(
    tx: Transaction,
    { host, container }: NamedRouter,
    { target, check }: Pick<RoutePost, 'target' | 'check'>,
    place: Omit<Place, 'host'>,
  ): Promise<RouterChange> {
    const at = { ...place, host };
    const name = container ?? routerName(place.network.name);
    const there = await this.wanted.container(tx, host.id, name);
    const known = there && (await this.wanted.router(tx, there.nodeId, place.network.id));
    const router = known && check ? { ...known, check } : known;
    const carries = router?.intent === 'present' ? router.prefixes : [];
    const prefixes = [...new Set([...carries, target])].sort();
    if (container !== undefined || (there?.intent === 'present' && router?.intent === 'present'))
      return this.#take(tx, at, name, { prefixes, ...(check && { check }) }, router);
    return this.#launch(tx, at, name, { prefixes, ...(check && { check }) }, { there, router });
  }

  /** Makes a node carry only what is left; without anything left it is no router any longer. Undefined: it is gone. */
  async remove(
    tx: Transaction,
    node: NodeId,
    left: readonly string[],
    { network, by }: Omit<Place, 'host'>,
  ): Promise<RouterChange | undefined> {
    const router = await this.wanted.router(tx, node, network.id);
    const place = await this.repository.place(tx, node);
    const container = await this.wanted.containerOfNode(tx, node);
    if (!router || !place || !container) return undefined;
    const at = { host: place, network, by };
    const ends = left.length === 0;
    const next = ends
      ? ({ ...router, intent: 'absent' } as const)
      : ({ ...withoutCheckBeyond(router, left), intent: 'present', prefixes: [...left].sort() } as const);
    const isOurs = router.launched && !(await this.repository.isRouterElsewhere(tx, node, network.id));
    if (ends && isOurs && container.intent === 'present') {
      const change = await this.containers.decide(tx, place, { action: 'remove', name: container.name }, by);
      return { host: place, node, change: this.#of(at, change, container, next, 'unroute') };
    }
    const membership = await this.wanted.membership(tx, node, network.id);
    const puts = ends && container.intent === 'present' ? putBack(membership, router, network) : undefined;
    const items = container.intent === 'present' ? [containerDraft(container)] : [];
    return {
      host: place,
      node,
      change: this.#of(
        at,
        { items: [...items, ...(puts ? [puts] : [])], ...changedBy(puts) },
        container,
        next,
        'unroute',
      ),
    };
  }

  /** A container that exists and is in the network. */
  async #take(
    tx: Transaction,
    at: Place,
    name: Name,
    opens: Opens,
    router: WantedRouter | undefined,
  ): Promise<RouterChange> {
    const { host, network } = at;
    const node = `${host.name}/${name}`;
    await this.references.container(tx, node);
    const container = (await this.wanted.container(tx, host.id, name)) as WantedContainer;
    if (container.intent === 'absent')
      throw new AppError({ kind: 'user', ...explain('being-removed/container', { container: node }) });
    if (container.workload !== null)
      throw refused(explain('router-refused/attachment', { node, host: host.name, workload: container.workload }));
    const membership = await this.wanted.membership(tx, container.nodeId, network.id);
    if (membership?.intent !== 'present')
      throw refused(explain('router-refused/not-in-network', { node, network: network.name }));
    const own = ownPrefixes(network.config);
    const settings = { ...membership.settings, allowManaged: own };
    const isNew = router?.intent !== 'present';
    const before = isDeepStrictEqual(settings, membership.settings) ? null : membership.settings.allowManaged;
    const next: WantedRouter = {
      ...(router ?? newRouter(at, container.nodeId)),
      ...(isNew && { launched: false, allowManaged: before }),
      ...{ intent: 'present', ...opens },
    };
    const items = [containerDraft(container), membershipDraft(membership, 'container', { settings })];
    const changed = before === null ? {} : { changedMemberships: [network.id], containerChanged: true };
    return {
      host,
      node: container.nodeId,
      change: this.#of(at, { items, ...changed }, container, next, 'route'),
    };
  }

  async #launch(
    tx: Transaction,
    at: Place,
    name: Name,
    opens: Opens,
    { there, router }: { there: WantedContainer | undefined; router: WantedRouter | undefined },
  ): Promise<RouterChange> {
    const { host, network, by } = at;
    const spec = {
      networks: [network.id],
      image: null,
      limits: ContainerLimits.parse({}),
      settings: MembershipSettings.parse({ allowManaged: ownPrefixes(network.config) }),
    };
    const change = await this.containers.decide(tx, host, { action: 'launch', name, spec }, by);
    const container = (there ?? change.addedContainer) as WantedContainer;
    const next: WantedRouter = {
      ...(router ?? newRouter(at, container.nodeId)),
      ...{ launched: there?.intent !== 'present', allowManaged: null, intent: 'present', ...opens },
    };
    return { host, node: container.nodeId, change: this.#of(at, change, container, next, 'route') };
  }

  /** The change of the container and its memberships, with its router, as one command. */
  #of(
    { host, network, by }: Place,
    change: Omit<HostChange, 'hostId' | 'command'>,
    { id: containerId, nodeId, name }: WantedContainer,
    router: WantedRouter,
    action: 'route' | 'unroute',
  ): HostChange {
    return {
      ...change,
      hostId: host.id,
      command: {
        ...{ id: newId('cmd'), action, target: `${host.name}/${name} in ${network.name}` },
        ...{ containerId, nodeId, networkIds: [network.id], groupId: by.group, createdBy: by.by },
      },
      items: [...change.items, routerDraft(router)],
      routers: [router],
    };
  }
}

/** What the membership accepted before it was a router's, unless somebody has changed that since. */
function putBack(membership: WantedMembership | undefined, { allowManaged }: WantedRouter, { config }: RoutedNetwork) {
  if (membership?.intent !== 'present' || allowManaged === null) return undefined;
  if (!isDeepStrictEqual(membership.settings.allowManaged, ownPrefixes(config))) return undefined;
  return membershipDraft(membership, 'container', { settings: { ...membership.settings, allowManaged } });
}

/** An agent refuses to check an address that is in none of the prefixes. */
function withoutCheckBeyond(router: WantedRouter, prefixes: readonly string[]): WantedRouter {
  const { check, ...others } = router;
  return check && prefixes.some((one) => isWithin(check.address, one)) ? router : others;
}

const changedBy = (draft: { network: NetworkId } | undefined) =>
  draft ? { changedMemberships: [draft.network], containerChanged: true } : {};

const newRouter = ({ host, network }: Place, nodeId: NodeId): WantedRouter => ({
  ...{ nodeId, networkId: network.id, hostId: host.id, itemId: newId('itm') },
  ...{ launched: false, allowManaged: null, intent: 'present', prefixes: [] },
});

const SUFFIX = '-router';

/** The name of a router that is launched: a network's name can be longer than a container's, and have other characters. */
export const routerName = (network: string): Name =>
  network
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, 63 - SUFFIX.length)
    .replace(/-+$/, '') + SUFFIX;

const refused = (why: ReturnType<typeof explain>) => new AppError({ kind: 'user', ...why });
