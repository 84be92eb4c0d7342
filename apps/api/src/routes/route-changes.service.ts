import { Injectable } from '@nestjs/common';
import {
  explain,
  type CommandId,
  type KeptRoute,
  type LanCheck,
  type NodeRef,
  type PlannedField,
  type RoutePatch,
  type RoutePost,
} from '@orrery/shared/contracts';
import { AppError, newId } from '@orrery/shared/runtime';
import { isDeepStrictEqual } from 'node:util';
import type { Answer } from '../changes/answer.js';
import type { Asked } from '../changes/asked.decorator.js';
import { Changes, type Changed, type Made } from '../changes/changes.service.js';
import type { Subject } from '../changes/planned-changes.js';
import { CommandsService } from '../commands/commands.service.js';
import type { Sql, Transaction } from '../database/sql.js';
import { checkIfMatch, etag } from '../http/etag.js';
import { checkCount, checkFree, checkInside, checkTarget, isSingle } from './judge-target.js';
import { RouteWrites, type NetworkWithRoutes } from './route-writes.service.js';
import { checkText } from './decide-serving.js';
import { Routers, type RouterChange } from './routers.service.js';
import type { RouteOfNetwork } from './routes.repository.js';
import { RoutesService } from './routes.service.js';
import type { WhoTakesIt } from './who-takes-it.js';

/** Changes to routes. Each writes the route, and what its routers are to do, in one transaction. */
@Injectable()
export class RouteChanges {
  constructor(
    private readonly changes: Changes,
    private readonly routes: RoutesService,
    private readonly writes: RouteWrites,
    private readonly routers: Routers,
    private readonly commands: CommandsService,
  ) {}

  /** Repeating it creates new commands with the same goal. Other routers for the same prefix are refused. */
  add(asked: Asked, reference: string, { target, via, check }: RoutePost): Promise<Answer> {
    return this.changes.run(asked, async (tx) => {
      checkTarget(target);
      if (check) checkInside(target, check);
      if (isSingle(target) && via.length > 1) throw refused(explain('router-refused/no-halves', { target }));
      const network = await this.writes.lock(tx, reference);
      const same = network.routes.find((route) => route.target === target);
      if (same) refuseAnotherCheck(same, check, network);
      if (!same) checkFree(target, network);
      if (!same) checkCount({ ...network, targets: [...network.targets, target] });
      const named = await this.routers.hosts(tx, network, via);
      await this.writes.lockHosts(
        tx,
        named.map(({ host }) => host.id),
      );
      const by = { by: asked.by, group: newId('cmd') };
      const made: RouterChange[] = [];
      for (const one of named) made.push(await this.routers.add(tx, one, { target, check }, { network, by }));
      const nodes = made.map(({ node }) => node);
      if (check) refuseSecondCheck(made, network, target);
      if (same && !isDeepStrictEqual(same.nodes, nodes))
        throw otherRouters(await this.routes.read(tx, same.id), network);
      const route = same ?? { id: newId('rte'), target, nodes, check: check ?? null };
      await this.writes.write(tx, made);
      if (!same) await this.writes.add(tx, network.id, route);
      const shown = await this.routes.read(tx, route.id);
      if (!same) await this.writes.tell(tx, 'route.opened', shown, asked.by);
      const who = await this.routes.whoTakes(tx, network.id, target);
      const accepted = await this.#accepted(tx, network, shown, by.group, made);
      const about = accepted.about.map((subject) => ({ ...subject, fields: said({ ...shown, ...who }) }));
      return { ...accepted, body: { ...accepted.body, ...who }, about };
    });
  }

  /** Switches it to another of its routers; the same one again changes nothing. */
  change(asked: Asked, reference: string, name: string, { router }: RoutePatch): Promise<Answer> {
    const work = async (tx: Transaction): Promise<Changed> => {
      const { network, route } = await this.#locked(tx, asked, reference, name);
      const next = nodeNamed(route, router);
      if (!next) throw notItsRouter(route, router);
      if (route.router !== next.name) {
        await this.writes.switchTo(tx, network.id, route.id, next.id);
        await this.writes.tellSwitch(tx, route, next, asked.by);
      }
      const body = await this.routes.read(tx, route.id);
      const about = [this.#subject(network, route)];
      return { status: 200, headers: { etag: etag(body.version) }, body, hosts: [], about };
    };
    return this.changes.run(asked, work, {
      settle: async ({ body }) => {
        const { id, network } = body as KeptRoute;
        await this.writes.settle(network.id);
        const route = await this.routes.get(network.id, id);
        return { headers: { etag: etag(route.version) }, body: route };
      },
    });
  }

  /** Its announcement ends at once; a host that is away does its part when it is back. */
  remove(asked: Asked, reference: string, name: string): Promise<Answer> {
    const work = async (tx: Transaction): Promise<Changed> => {
      const { network, route } = await this.#locked(tx, asked, reference, name);
      const removed = network.routes.find(({ id }) => id === route.id) as RouteOfNetwork;
      await this.writes.lockHostsOf(tx, removed);
      const by = { by: asked.by, group: newId('cmd') };
      await this.writes.remove(tx, network.id, route.id);
      const made: RouterChange[] = [];
      for (const node of removed.nodes) {
        const left = network.routes.filter(({ id, nodes }) => id !== route.id && nodes.includes(node));
        const targets = left.map(({ target }) => target);
        const change = await this.routers.remove(tx, node, targets, { network, by });
        if (change) made.push(change);
      }
      await this.writes.write(tx, made);
      await this.writes.tell(tx, 'route.closed', route, asked.by);
      return this.#accepted(tx, network, route, by.group, made);
    };
    const settle = async (made: Made) => {
      await this.writes.settle((made.body as { route: KeptRoute }).route.network.id);
      return made;
    };
    return this.changes.run(asked, work, { settle });
  }

  async #locked(tx: Transaction, { ifMatch }: Asked, reference: string, name: string) {
    const network = await this.writes.lock(tx, reference);
    const route = await this.routes.read(tx, await this.routes.find(tx, network.id, network.name, name));
    checkIfMatch(ifMatch, route.version, `the route ${route.target} of ${network.name}`);
    return { network, route };
  }

  async #accepted(
    tx: Transaction,
    network: NetworkWithRoutes,
    route: KeptRoute,
    group: CommandId,
    made: readonly RouterChange[],
  ): Promise<Changed & { about: Subject[] }> {
    return {
      status: 202,
      headers: { location: `/v1/commands?group=${group}` },
      body: { route, group, commands: await this.commands.ofGroup(tx, group) },
      hosts: made.map(({ host: { id, name } }) => ({ id, name })),
      about: [this.#subject(network, route)],
    };
  }

  /** What people have decided about a route, for a dry run. */
  #subject({ id, name }: NetworkWithRoutes, { target }: KeptRoute): Subject {
    const read = (sql: Sql) => this.routes.decided(sql, id, target);
    return { noun: 'route', name: `${target} in ${name}`, read };
  }
}

/** What a dry run says besides what would change: who will not take the route, and what is wrong with it. */
function said({ notTaken, joinedAgain, findings }: KeptRoute & WhoTakesIt): PlannedField[] {
  const told = {
    notTaken: notTaken.map(({ host, cause }) => `${host.name}: ${cause}`),
    joinedAgain: joinedAgain.map(({ name }) => name),
    warnings: findings.map(({ cause }) => cause),
  };
  return Object.entries(told).flatMap(([field, becomes]) => (becomes.length > 0 ? [{ field, is: null, becomes }] : []));
}

/** HOST, or HOST/CONTAINER, among its routers. */
function nodeNamed({ via }: KeptRoute, reference: string): NodeRef | undefined {
  const name = reference.replace('.', '/');
  return via.find(({ node, host }) => node.name === name || host === name || node.id === name)?.node;
}

/** One item tells a router what to check, whatever it carries. */
function refuseSecondCheck(made: readonly RouterChange[], { routes }: NetworkWithRoutes, target: string): void {
  for (const other of routes) {
    const router = made.find(({ node }) => other.nodes.includes(node));
    if (!router || other.target === target || other.check === null) continue;
    const facts = { node: router.host.name, other: other.target, check: checkText(other.check) };
    throw refused(explain('check-refused/one-each', facts));
  }
}

function refuseAnotherCheck(
  same: RouteOfNetwork,
  check: LanCheck | undefined,
  { name: network }: NetworkWithRoutes,
): void {
  if (isDeepStrictEqual(same.check ?? undefined, check)) return;
  const is = same.check ? checkText(same.check) : 'nothing';
  throw refused(explain('check-refused/another', { target: same.target, network, is }));
}

const namesOf = ({ via }: KeptRoute) => via.map(({ node }) => node.name).join(', ');

const otherRouters = (route: KeptRoute, { name: network }: NetworkWithRoutes) =>
  refused(explain('prefix-taken/other-routers', { own: route.target, network, via: namesOf(route) }));

const notItsRouter = (route: KeptRoute, router: string) =>
  refused(
    explain('router-refused/not-a-router', {
      ...{ router, target: route.target, via: namesOf(route) },
      network: route.network.name ?? route.network.id,
    }),
  );

const refused = (why: ReturnType<typeof explain>) => new AppError({ kind: 'user', ...why });
