import { Injectable } from '@nestjs/common';
import {
  ContainerLimits,
  MembershipSettings,
  type Controller,
  type ControllerId,
  type ControllerPage,
  type ControllerPost,
  type ControllerQuery,
} from '@orrery/shared/contracts';
import { AppError, newId } from '@orrery/shared/runtime';
import { CommandsService } from '../commands/commands.service.js';
import type { Asked } from '../changes/asked.decorator.js';
import { Changes, type Answer, type Changed } from '../changes/changes.service.js';
import { ContainerChanges } from '../containers/container-changes.service.js';
import { CHANNELS } from '../database/channels.js';
import type { Sql, Transaction } from '../database/sql.js';
import { runIn } from '../database/statements.js';
import { Store } from '../database/store.js';
import { writeToOutbox } from '../events/outbox.js';
import { breaksUnique } from '../http/store-errors.js';
import { References } from '../references/references.service.js';
import { Wanted } from '../wanted/wanted.service.js';
import { ControllerDoors } from './controller-doors.js';
import { ControllersRepository, type NewController } from './controllers.repository.js';

/** Name of the container that is launched to be a controller. */
const CONTAINER = 'controller';
type SelfHosted = Extract<ControllerPost, { kind: 'self-hosted' }>;

/** Controllers: where they are, and how they are. */
@Injectable()
export class ControllersService {
  constructor(
    private readonly store: Store,
    private readonly references: References,
    private readonly changes: Changes,
    private readonly repository: ControllersRepository,
    private readonly doors: ControllerDoors,
    private readonly wanted: Wanted,
    private readonly containers: ContainerChanges,
    private readonly commands: CommandsService,
  ) {}

  list(query: ControllerQuery): Promise<ControllerPage> {
    return this.repository.list(this.store, query);
  }

  async get(reference: string): Promise<Controller> {
    return this.#read(this.store, (await this.references.controller(this.store, reference)).id);
  }

  async add(asked: Asked, post: ControllerPost): Promise<Answer> {
    const added =
      post.kind === 'central'
        ? this.#addCentral(asked, post)
        : post.host === undefined
          ? this.#addNode(asked, post, post.node ?? '')
          : this.#launch(asked, post, post.host);
    return added.catch((error: unknown) => {
      throw breaksUnique(error, 'controllers_name_key') ? nameTaken() : error;
    });
  }

  /** What it keeps goes on, without Orrery; only with `force` when there is something. */
  remove(asked: Asked, reference: string, force: boolean): Promise<Answer> {
    return this.changes.run(asked, async (tx) => {
      const { id, name } = await this.references.controller(tx, reference);
      const controller = await this.#read(tx, id);
      if (controller.networks > 0 && !force) throw inUse(controller);
      await this.repository.remove(tx, id);
      await writeToOutbox(tx, { type: 'controller.removed', data: { controller: id, name, by: asked.by } });
      return { status: 200, headers: {}, body: controller, hosts: [] };
    });
  }

  /** One that is there already: it has to answer. */
  async #addNode(asked: Asked, { name }: SelfHosted, reference: string): Promise<Answer> {
    const node = await this.references.node(this.store, reference);
    await this.doors.toNode({ id: node.hostId, name: node.hostName }, node.id).probe();
    return this.changes.run(asked, async (tx) => {
      const known = await this.repository.ofNode(tx, node.id);
      if (known) return this.#made(200, await this.#read(tx, known.id));
      const id = await this.#insert(tx, asked, { name: name ?? node.hostName, kind: 'self-hosted', node: node.id });
      return this.#made(201, await this.#read(tx, id));
    });
  }

  /** A container that is one. Without a network: it only keeps them. */
  #launch(asked: Asked, { name }: SelfHosted, reference: string): Promise<Answer> {
    return this.changes.run(asked, async (tx) => {
      const host = await this.references.host(tx, reference);
      await this.wanted.lock(tx, [host.id]);
      const spec = {
        networks: [],
        image: null,
        limits: ContainerLimits.parse({}),
        settings: MembershipSettings.parse({}),
      };
      const command = await this.containers.launch(tx, host, CONTAINER, spec, { by: asked.by, group: null });
      const { id: node } = await this.references.nodeOfContainer(tx, host.name, CONTAINER);
      const known = await this.repository.ofNode(tx, node);
      const id = known?.id ?? (await this.#insert(tx, asked, { name: name ?? host.name, kind: 'self-hosted', node }));
      const answer = await this.commands.accepted(tx, command);
      return { ...answer, body: { ...answer.body, controller: await this.#read(tx, id) } };
    });
  }

  /** Its token has to be accepted, and is kept so that nobody can read it in the database. */
  async #addCentral(asked: Asked, { name, url, token }: Extract<ControllerPost, { kind: 'central' }>): Promise<Answer> {
    const id = newId('ctl');
    await this.doors.toCentral(url, token).probe();
    const tokenSealed = await this.doors.sealToken(id, token);
    return this.changes.run(asked, async (tx) => {
      await this.#insert(tx, asked, { id, name, kind: 'central', url, tokenSealed });
      return this.#made(201, await this.#read(tx, id));
    });
  }

  async #insert(
    tx: Transaction,
    asked: Asked,
    { id = newId('ctl'), ...rest }: Omit<NewController, 'id'> & { id?: ControllerId },
  ) {
    await this.repository.add(tx, { id, ...rest });
    await writeToOutbox(tx, { type: 'controller.added', data: { controller: id, name: rest.name, by: asked.by } });
    await runIn(tx)('SELECT pg_notify($1, $2)', [CHANNELS.admission, id]);
    return id;
  }

  #made(status: 200 | 201, controller: Controller): Changed {
    return { status, headers: {}, body: controller, hosts: [] };
  }

  async #read(sql: Sql, id: ControllerId): Promise<Controller> {
    const controller = await this.repository.get(sql, id);
    if (controller) return controller;
    throw new AppError({ code: 'unknown-controller', kind: 'user', cause: `there is no controller ${id}` });
  }
}

const nameTaken = () =>
  new AppError({
    code: 'name-taken',
    kind: 'user',
    cause: 'another controller has this name',
    fix: 'Choose another name: --name NAME; orrery controller ls shows those in use.',
  });

const inUse = ({ name, networks }: Controller) =>
  new AppError({
    code: 'controller-in-use',
    kind: 'user',
    cause: `${networks} ${networks === 1 ? 'network is' : 'networks are'} kept on ${name}`,
    fix: `orrery network ls shows them; orrery controller rm ${name} --force lets them go on without Orrery.`,
  });
