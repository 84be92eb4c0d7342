import { Injectable } from '@nestjs/common';
import { ContainerLimits, MembershipSettings, type NodeId } from '@orrery/shared/contracts';
import type { Changed } from '../changes/changes.service.js';
import { CommandsService } from '../commands/commands.service.js';
import { ContainerChanges } from '../containers/container-changes.service.js';
import type { Transaction } from '../database/sql.js';
import { References, type FoundHost } from '../references/references.service.js';

/** Name of the container that is launched as a controller. */
const CONTAINER = 'controller';

/** Launches a container whose zerotier-one becomes a controller: it joins no network, and only keeps networks. */
@Injectable()
export class ControllerLaunch {
  constructor(
    private readonly references: References,
    private readonly containers: ContainerChanges,
    private readonly commands: CommandsService,
  ) {}

  async run(
    tx: Transaction,
    reference: string,
    by: string,
  ): Promise<{ host: FoundHost; node: NodeId; answer: Changed }> {
    const host = await this.references.host(tx, reference);
    const defaults = { limits: ContainerLimits.parse({}), settings: MembershipSettings.parse({}) };
    const spec = { networks: [], image: null, ...defaults };
    const command = await this.containers.make(
      tx,
      host,
      { action: 'launch', name: CONTAINER, spec },
      { by, group: null },
    );
    const { id: node } = await this.references.nodeOfContainer(tx, host.name, CONTAINER);
    return { host, node, answer: await this.commands.accepted(tx, command) };
  }
}
