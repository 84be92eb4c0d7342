import { Injectable } from '@nestjs/common';
import { explain, type Controller, type ControllerPatch, type ControllerPost } from '@orrery/shared/contracts';
import { AppError, newId, Secret } from '@orrery/shared/runtime';
import type { Answer } from '../changes/answer.js';
import type { Asked } from '../changes/asked.decorator.js';
import { Changes, type Changed } from '../changes/changes.service.js';
import type { PlannedField } from '@orrery/shared/contracts';
import { etag } from '../http/etag.js';
import { badRequest } from '../http/schema.pipe.js';
import { breaksUnique } from '../http/store-errors.js';
import { ControllerDoors } from './controller-doors.js';
import { ControllerLaunch } from './controller-launch.service.js';
import { ControllersService } from './controllers.service.js';

type SelfHosted = Extract<ControllerPost, { kind: 'self-hosted' }>;
type Central = Extract<ControllerPost, { kind: 'central' }>;

/** Adds and changes controllers. Each must answer before it is added, except one that is launched for the purpose. */
@Injectable()
export class ControllerAdditions {
  constructor(
    private readonly changes: Changes,
    private readonly controllers: ControllersService,
    private readonly doors: ControllerDoors,
    private readonly launch: ControllerLaunch,
  ) {}

  async add(asked: Asked, post: ControllerPost): Promise<Answer> {
    const kept = await this.changes.replay(asked);
    if (kept) return kept;
    try {
      if (post.kind === 'central') return await this.#addCentral(asked, post);
      return post.host === undefined
        ? await this.#addNode(asked, post, post.node ?? '')
        : await this.#addHost(asked, post, post.host);
    } catch (error) {
      throw breaksUnique(error, 'controllers_name_key') ? nameTaken() : error;
    }
  }

  async patch(asked: Asked, reference: string, { name, token }: ControllerPatch): Promise<Answer> {
    const kept = await this.changes.replay(asked);
    if (kept) return kept;
    const before = await this.controllers.get(reference);
    const tokenSealed = token === undefined ? undefined : await this.#accepted(before, new Secret(token));
    const fields = tokenSealed ? [{ field: 'token', is: 'the current one', becomes: 'a new one' }] : [];
    return this.changes
      .run(asked, async (tx) => {
        const controller = await this.controllers.set(tx, { ...before, ifMatch: asked.ifMatch }, { name, tokenSealed });
        return { ...this.#answered({ isNew: false, controller }, fields), headers: { etag: etag(controller.version) } };
      })
      .catch((error: unknown) => {
        throw breaksUnique(error, 'controllers_name_key') ? nameTaken() : error;
      });
  }

  async #accepted({ id, url }: Controller, token: Secret): Promise<Buffer> {
    if (url === null)
      throw badRequest([{ path: ['token'], message: 'is allowed only for a controller of ZeroTier Central' }]);
    await this.doors.toCentral(url, token, (door) => door.probe());
    return this.doors.seal(id, token);
  }

  async #addNode(asked: Asked, { name }: SelfHosted, reference: string): Promise<Answer> {
    const node = await this.controllers.node(reference);
    await this.doors.toNode({ id: node.hostId, name: node.hostName }, node.id).probe();
    return this.changes.run(asked, async (tx) =>
      this.#answered(
        await this.controllers.put(tx, asked.by, { name: name ?? node.hostName, kind: 'self-hosted', node: node.id }),
      ),
    );
  }

  /** A controller in a container: the answer is the command that launches it, and the future controller. */
  #addHost(asked: Asked, { name }: SelfHosted, reference: string): Promise<Answer> {
    return this.changes.run(asked, async (tx) => {
      const { host, node, answer } = await this.launch.run(tx, reference, asked.by);
      const put = { name: name ?? host.name, kind: 'self-hosted' as const, node };
      const { controller } = await this.controllers.put(tx, asked.by, put);
      return { ...answer, body: { ...answer.body, controller }, about: [this.controllers.subject(controller)] };
    });
  }

  #answered({ isNew, controller }: { isNew: boolean; controller: Controller }, fields: PlannedField[] = []): Changed {
    const about = [{ ...this.controllers.subject(controller), fields }];
    return { status: isNew ? 201 : 200, headers: {}, body: controller, hosts: [], about };
  }

  /** Central must accept the token, which is stored so that nobody can read it in the database. */
  async #addCentral(asked: Asked, { name, url, token: text }: Central): Promise<Answer> {
    const [id, token] = [newId('ctl'), new Secret(text)];
    await this.doors.toCentral(url, token, (door) => door.probe());
    const tokenSealed = await this.doors.seal(id, token);
    return this.changes.run(asked, async (tx) =>
      this.#answered(await this.controllers.put(tx, asked.by, { id, name, kind: 'central', url, tokenSealed })),
    );
  }
}

const nameTaken = () => new AppError({ kind: 'user', ...explain('name-taken/controller') });
