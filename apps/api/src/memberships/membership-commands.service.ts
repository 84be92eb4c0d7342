import { Injectable } from '@nestjs/common';
import type { CommandId, NetworkId } from '@orrery/shared/contracts';
import type { Answer } from '../changes/answer.js';
import type { Asked } from '../changes/asked.decorator.js';
import { Changes } from '../changes/changes.service.js';
import { CommandsService } from '../commands/commands.service.js';
import type { Transaction } from '../database/sql.js';
import { refuseForeignNetworks } from '../wanted/network-scope.js';
import { References, type FoundNode } from '../references/references.service.js';
import { Wanted } from '../wanted/wanted.service.js';
import { MembershipChanges, type Join } from './membership-changes.service.js';

/** Changes of one membership: each is one transaction and one command. */
@Injectable()
export class MembershipCommands {
  constructor(
    private readonly changes: Changes,
    private readonly references: References,
    private readonly wanted: Wanted,
    private readonly rules: MembershipChanges,
    private readonly commands: CommandsService,
  ) {}

  join(asked: Asked, node: string, network: string, join: Join): Promise<Answer> {
    return this.#run(asked, node, network, (...at) => this.rules.join(...at, join, { ...asked, group: null }));
  }

  leave(asked: Asked, node: string, network: string): Promise<Answer> {
    return this.#run(asked, node, network, (...at) => this.rules.leave(...at, { ...asked, group: null }));
  }

  release(asked: Asked, node: string, network: string): Promise<Answer> {
    return this.#run(asked, node, network, (...at) => this.rules.release(...at, { ...asked, group: null }));
  }

  #run(
    asked: Asked,
    node: string,
    network: string,
    work: (tx: Transaction, node: FoundNode, network: NetworkId) => Promise<CommandId>,
  ): Promise<Answer> {
    return this.changes.run(asked, async (tx) => {
      const found = await this.references.node(tx, node);
      const id = await this.references.network(tx, network);
      refuseForeignNetworks([id]);
      await this.wanted.lock(tx, [found.hostId]);
      return this.commands.accepted(tx, await work(tx, found, id));
    });
  }
}
