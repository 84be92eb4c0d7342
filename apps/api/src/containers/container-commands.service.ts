import { Injectable } from '@nestjs/common';
import type { CommandId, ContainerSpec } from '@orrery/shared/contracts';
import type { Answer } from '../changes/answer.js';
import type { Asked } from '../changes/asked.decorator.js';
import { Changes } from '../changes/changes.service.js';
import { CommandsService } from '../commands/commands.service.js';
import type { Transaction } from '../database/sql.js';
import { References, type FoundHost } from '../references/references.service.js';
import { Wanted } from '../wanted/wanted.service.js';
import { ContainerChanges } from './container-changes.service.js';
import type { Launch } from './containers.service.js';

/** Changes of one container on one host: each is one transaction and one command. */
@Injectable()
export class ContainerCommands {
  constructor(
    private readonly changes: Changes,
    private readonly references: References,
    private readonly wanted: Wanted,
    private readonly rules: ContainerChanges,
    private readonly commands: CommandsService,
  ) {}

  launch(asked: Asked, host: string, { name, ...spec }: Launch): Promise<Answer> {
    return this.#run(asked, host, (tx, found) =>
      this.rules.launch(tx, found, name, spec, { by: asked.by, group: null }),
    );
  }

  replace(asked: Asked, host: string, name: string, spec: ContainerSpec): Promise<Answer> {
    return this.#run(asked, host, (tx, found) => this.rules.replace(tx, found, name, spec, { ...asked, group: null }));
  }

  restart(asked: Asked, host: string, name: string): Promise<Answer> {
    return this.#run(asked, host, (tx, found) => this.rules.restart(tx, found, name, { ...asked, group: null }));
  }

  /** `forget`: its records on the controllers of its networks go, too. */
  remove(asked: Asked, host: string, name: string, { forget }: { forget: boolean }): Promise<Answer> {
    return this.#run(asked, host, (tx, found) => this.rules.remove(tx, found, name, { ...asked, forget, group: null }));
  }

  #run(asked: Asked, host: string, work: (tx: Transaction, host: FoundHost) => Promise<CommandId>): Promise<Answer> {
    return this.changes.run(asked, async (tx) => {
      const found = await this.references.host(tx, host);
      await this.wanted.lock(tx, [found.id]);
      return this.commands.accepted(tx, await work(tx, found));
    });
  }
}
