import { Injectable } from '@nestjs/common';
import type { FanOut } from '@orrery/shared/contracts';
import { ContainerChanges } from '../containers/container-changes.service.js';
import type { Transaction } from '../database/sql.js';
import { MembershipChanges } from '../memberships/membership-changes.service.js';
import { References, type FoundNode } from '../references/references.service.js';
import type { HostChange, Origin } from '../wanted/wanted-items.js';
import type { Target } from './fan-out.repository.js';

/** One command of a fan-out on one host, under the same rules as a single command. */
@Injectable()
export class HostCommands {
  constructor(
    private readonly references: References,
    private readonly containers: ContainerChanges,
    private readonly memberships: MembershipChanges,
  ) {}

  /** Resolves names of networks to IDs once, not on every host. */
  async resolve(tx: Transaction, command: FanOut['command']): Promise<FanOut['command']> {
    if (command.action === 'join' || command.action === 'leave')
      return { ...command, network: await this.references.network(tx, command.network) };
    if (command.action !== 'launch') return command;
    const networks: string[] = [];
    for (const network of command.spec.networks) networks.push(await this.references.network(tx, network));
    return { ...command, spec: { ...command.spec, networks } };
  }

  /** Decides what the command writes on one host, whose lock the transaction holds. */
  async decide(tx: Transaction, host: Target, command: FanOut['command'], origin: Origin): Promise<HostChange> {
    switch (command.action) {
      case 'launch':
        return this.containers.decide(tx, host, command, origin);
      case 'restart':
      case 'remove':
        return this.containers.decide(tx, host, { action: command.action, name: command.container }, origin);
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
  ): Promise<HostChange> {
    const { container } = command;
    const node =
      container === undefined ? ownNode(host) : await this.references.nodeOfContainer(tx, host.name, container);
    const network = await this.references.network(tx, command.network);
    return this.memberships.decide(tx, node, network, command, origin);
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
