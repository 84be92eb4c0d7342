import { Injectable } from '@nestjs/common';
import type { CommandId, FanOut } from '@orrery/shared/contracts';
import { ContainerChanges } from '../containers/container-changes.service.js';
import type { Transaction } from '../database/sql.js';
import { MembershipChanges } from '../memberships/membership-changes.service.js';
import { References, type FoundNode } from '../references/references.service.js';
import type { Origin } from '../wanted/wanted.service.js';
import type { Target } from './fan-out.repository.js';

/** One command of a fan-out on one host: the same rules as when it is given alone. */
@Injectable()
export class HostCommands {
  constructor(
    private readonly references: References,
    private readonly containers: ContainerChanges,
    private readonly memberships: MembershipChanges,
  ) {}

  /** Names of networks become ids once, not on every host. */
  async resolve(tx: Transaction, command: FanOut['command']): Promise<FanOut['command']> {
    if (command.action === 'join' || command.action === 'leave')
      return { ...command, network: await this.references.network(tx, command.network) };
    if (command.action !== 'launch') return command;
    const networks: string[] = [];
    for (const network of command.spec.networks) networks.push(await this.references.network(tx, network));
    return { ...command, spec: { ...command.spec, networks } };
  }

  async run(tx: Transaction, host: Target, command: FanOut['command'], origin: Origin): Promise<CommandId> {
    switch (command.action) {
      case 'launch':
        return this.containers.launch(tx, host, command.name, command.spec, origin);
      case 'restart':
        return this.containers.restart(tx, host, command.container, origin);
      case 'remove':
        return this.containers.remove(tx, host, command.container, origin);
      case 'join':
      case 'leave':
        return this.#membership(tx, host, command, origin);
    }
  }

  async #membership(
    tx: Transaction,
    host: Target,
    command: Extract<FanOut['command'], { action: 'join' | 'leave' }>,
    origin: Origin,
  ): Promise<CommandId> {
    const { container } = command;
    const node =
      container === undefined ? ownNode(host) : await this.references.nodeOfContainer(tx, host.name, container);
    const network = await this.references.network(tx, command.network);
    if (command.action === 'leave') return this.memberships.leave(tx, node, network, origin);
    return this.memberships.join(tx, node, network, { settings: command.settings, adopt: false }, origin);
  }
}

const ownNode = ({ id, name, nodeId }: Target): FoundNode => ({
  id: nodeId,
  kind: 'host',
  name,
  hostId: id,
  hostName: name,
  containerId: null,
});
