import {
  interfaceName,
  Item,
  KeptRoute,
  KeptRoutePage,
  NetworkMade,
  RouteAdded,
  RouteRemoved,
  type Command,
  type ContainerState,
  type Network,
  type NodeAddress,
  type NodeId,
  type ObservedContainer,
  type ObservedRouter,
  type Outcome,
  type ProblemCode,
  type RouterItem,
} from '@orrery/shared/contracts';
import { createHash } from 'node:crypto';
import type { RunningApi } from './api.js';
import type { ControllerHost } from './controller-host.js';
import { ReportingHost } from './reporting-host.js';
import { anInterface } from './reports.js';
import { eventually } from './servers.js';

export const LAN = '192.168.10.0/24';
export const LAN_PATH = '/192.168.10.0-24';
export const POOL = '10.182.44.0/24';

/** A kept network with a pool and a route that a person gave it, and two hosts that report whatever a test tells them. */
export class RoutedNetwork {
  private constructor(
    private readonly api: RunningApi,
    private readonly keeper: ControllerHost,
    readonly network: Network,
    readonly one: ReportingHost,
    readonly two: ReportingHost,
  ) {}

  static async make(api: RunningApi, keeper: ControllerHost, number: number): Promise<RoutedNetwork> {
    const pools = [{ start: '10.182.44.1', end: '10.182.44.254' }];
    const config = { pools, routes: [{ target: POOL }, { target: '10.9.0.0/16', via: '10.182.44.9' }] };
    const body = { name: `shop-${number}`, controller: keeper.name, config };
    const network = (await api.ask('POST', '/v1/networks', NetworkMade, { body })).body;
    const one = await ReportingHost.join(api, `onprem-${number}-1`);
    return new RoutedNetwork(api, keeper, network, one, await ReportingHost.join(api, `onprem-${number}-2`));
  }

  /** Of the routers that it launches. */
  get routerName(): string {
    return `${this.network.name}-router`;
  }

  at(rest = ''): string {
    return `/v1/networks/${this.network.name}/routes${rest}`;
  }

  get viaBoth(): { host: string }[] {
    return [{ host: this.one.name }, { host: this.two.name }];
  }

  async add(more: object = {}): Promise<RouteAdded> {
    const body = { target: LAN, via: this.viaBoth, ...more };
    return (await this.api.ask('POST', this.at(), RouteAdded, { body })).body;
  }

  refused(code: ProblemCode, more: object) {
    return this.api.refused('POST', this.at(), code, { body: { target: LAN, via: this.viaBoth, ...more } });
  }

  async remove(path = LAN_PATH): Promise<RouteRemoved> {
    return (await this.api.ask('DELETE', this.at(path), RouteRemoved)).body;
  }

  async get(path = LAN_PATH): Promise<KeptRoute> {
    return (await this.api.get(this.at(path), KeptRoute)).body;
  }

  async targets(): Promise<string[]> {
    return (await this.api.get(this.at(), KeptRoutePage)).body.items.map(({ target }) => target);
  }

  /** The routes on the controller besides those that a person gave the network. */
  announced() {
    return this.keeper.controller.networks.get(this.network.id)?.config.routes.slice(2) ?? [];
  }

  /** The router runs, has this address, and forwards. */
  async works(host: ReportingHost, command: Command, address: string): Promise<RouterItem> {
    const router = routerIn(await received(host, command));
    await runs(host, router);
    await this.shows(host, router, address);
    await settles(host, router);
    return router;
  }

  /** The router as its host was told last, once it watches this address (undefined: none). It settles it, as an agent does at once. */
  async watches(host: ReportingHost, address: string | undefined): Promise<RouterItem> {
    const router = await eventually(
      () => {
        const [told] = routersIn((host.agent.newest?.items ?? []).map((item) => Item.parse(item)));
        return told && told.watch?.address === address ? told : undefined;
      },
      { what: `${host.name} watches ${address}` },
    );
    await settles(host, router);
    return router;
  }

  shows(host: ReportingHost, { node }: RouterItem, ...addresses: string[]): Promise<void> {
    const { id: network } = this.network;
    const device = interfaceName(network);
    const after = anInterface({ device, addresses });
    return host.say({ type: 'interface.changed', data: { node, network, device, after } });
  }

  async close(): Promise<void> {
    await Promise.all([this.one, this.two].map((host) => host.close()));
  }
}

/** What a host was told at the revision of this command, or at a later one. */
export async function received(host: ReportingHost, { revision }: Command): Promise<Item[]> {
  const state = await eventually(
    () => ((host.agent.newest?.revision ?? 0) >= revision ? host.agent.newest : undefined),
    {
      what: `revision ${revision} arrives`,
    },
  );
  return state.items.map((item) => Item.parse(item));
}

export const routersIn = (items: Item[]) => items.filter((item): item is RouterItem => item.kind === 'router');
export const routerIn = (items: Item[]): RouterItem => routersIn(items)[0] as RouterItem;

/** The container of a router runs, or does not any longer; its daemon is in contact with a root, or not. */
export function runs(
  host: ReportingHost,
  { id: item, node }: RouterItem,
  state: ContainerState = 'running',
  online = true,
): Promise<void> {
  const after: ObservedContainer = {
    ...{
      item,
      node,
      name: 'router',
      ours: true,
      engineId: 'e',
      state,
      image: 'z',
      imageId: 'i',
      incarnation: 0,
    },
    ...{ limits: { memoryMb: 256, pids: 128 }, startedAt: null, exitCode: null, oomKilled: false },
  };
  const daemon = { address: addressOf(node), version: '1.14.2', online };
  return host.say(
    { type: 'container.changed', data: { node, name: 'router', item, after } },
    { type: 'node.up', data: { node, after: daemon } },
  );
}

/** An address of its own for each node. */
const addressOf = (node: NodeId): NodeAddress => createHash('sha256').update(node).digest('hex').slice(0, 10);

/** What a router hears. */
export const hears = (host: ReportingHost, { node }: RouterItem, heard: Partial<ObservedRouter>): Promise<void> =>
  host.say({ type: 'router.changed', data: { node, after: { forwards: true, ways: [], ...heard } } });

export const settles = (host: ReportingHost, { id, revision }: RouterItem, outcome: Outcome = { kind: 'done' }) =>
  host.say({ type: 'item.settled', data: { item: id, revision, outcome } });
