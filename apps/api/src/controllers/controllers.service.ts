import { Injectable } from '@nestjs/common';
import {
  explain,
  type Controller,
  type ControllerId,
  type ControllerPage,
  type ControllerQuery,
} from '@orrery/shared/contracts';
import { AppError, newId } from '@orrery/shared/runtime';
import type { Answer } from '../changes/answer.js';
import type { Asked } from '../changes/asked.decorator.js';
import { Changes } from '../changes/changes.service.js';
import type { Subject } from '../changes/planned-changes.js';
import { CHANNELS } from '../database/channels.js';
import type { Sql, Transaction } from '../database/sql.js';
import { runIn } from '../database/statements.js';
import { Store } from '../database/store.js';
import { writeToOutbox } from '../events/outbox.js';
import { checkIfMatch } from '../http/etag.js';
import { References } from '../references/references.service.js';
import { ControllersRepository, type NewController } from './controllers.repository.js';

/** Controllers: where they are, and their state. */
@Injectable()
export class ControllersService {
  constructor(
    private readonly store: Store,
    private readonly references: References,
    private readonly changes: Changes,
    private readonly repository: ControllersRepository,
  ) {}

  list(query: ControllerQuery): Promise<ControllerPage> {
    return this.repository.list(this.store, query);
  }

  async get(reference: string): Promise<Controller> {
    return this.read(this.store, (await this.references.controller(this.store, reference)).id);
  }

  async read(sql: Sql, id: ControllerId): Promise<Controller> {
    const controller = await this.repository.get(sql, id);
    if (controller) return controller;
    throw new AppError({ kind: 'user', ...explain('unknown-controller', { cause: `there is no controller ${id}` }) });
  }

  /** The node of a possible controller, as people write it. */
  node(reference: string) {
    return this.references.node(this.store, reference);
  }

  /** Adds a controller. If this node already has one, that stays as it is. */
  async put(
    tx: Transaction,
    by: string,
    { id = newId('ctl'), ...rest }: Omit<NewController, 'id'> & { id?: ControllerId },
  ) {
    const known = rest.node && (await this.repository.ofNode(tx, rest.node));
    if (known) return { isNew: false, controller: await this.read(tx, known.id) };
    await this.repository.add(tx, { id, ...rest });
    await writeToOutbox(tx, { type: 'controller.added', data: { controller: id, name: rest.name, by } });
    await runIn(tx)('SELECT pg_notify($1, $2)', [CHANNELS.admission, id]);
    return { isNew: true, controller: await this.read(tx, id) };
  }

  /** Sets another name, or another token of Central that is known to be accepted. */
  async set(
    tx: Transaction,
    { id, name, ifMatch }: Pick<Controller, 'id' | 'name'> & { ifMatch: string | undefined },
    put: { name?: string | undefined; tokenSealed?: Buffer | undefined },
  ) {
    checkIfMatch(ifMatch, await this.repository.lock(tx, id), `controller ${name}`);
    await this.repository.set(tx, id, put);
    await runIn(tx)('SELECT pg_notify($1, $2)', [CHANNELS.admission, id]);
    return this.read(tx, id);
  }

  /** Its networks continue without Orrery. If it has networks, `confirm` must be its name. */
  remove(asked: Asked, reference: string, confirm: string | undefined): Promise<Answer> {
    return this.changes.run(asked, async (tx) => {
      const { id, name } = await this.references.controller(tx, reference);
      const version = await this.repository.lock(tx, id);
      checkIfMatch(asked.ifMatch, version, `controller ${name}`);
      const controller = await this.read(tx, id);
      if (controller.networks > 0 && confirm !== name) throw inUse(controller);
      await this.repository.remove(tx, id);
      await writeToOutbox(tx, { type: 'controller.removed', data: { controller: id, name, by: asked.by } });
      return { status: 200, headers: {}, body: controller, hosts: [], about: [this.subject(controller)] };
    });
  }

  /** What people have decided about a controller, for a dry run. */
  subject({ id, name: called }: Controller): Subject {
    const read = async (sql: Sql) => {
      const controller = await this.repository.get(sql, id);
      if (!controller) return undefined;
      const { name, kind, node, url, networks } = controller;
      return { name, kind, node: node?.name, url, networks };
    };
    return { noun: 'controller', name: called, read };
  }
}

const inUse = ({ name, networks }: Controller) =>
  new AppError({
    kind: 'user',
    ...explain('controller-in-use/networks', {
      name,
      networks: `${networks} ${networks === 1 ? 'network' : 'networks'}`,
    }),
  });
