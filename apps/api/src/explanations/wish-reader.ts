import { Injectable } from '@nestjs/common';
import type { Command, CommandId, NetworkId } from '@orrery/shared/contracts';
import { CommandsRepository } from '../commands/commands.repository.js';
import { Store } from '../database/store.js';
import { NetworksService } from '../networks/networks.service.js';
import { RoutesRepository } from '../routes/routes.repository.js';
import { shownRoute } from '../routes/standing.js';
import { ExplanationsRepository } from './explanations.repository.js';
import type { NetworkEvidence } from './evidence.js';

/** Reads what people asked for that is not on one host: networks and commands. */
@Injectable()
export class WishReader {
  constructor(
    private readonly store: Store,
    private readonly networks: NetworksService,
    private readonly commands: CommandsRepository,
    private readonly routes: RoutesRepository,
    private readonly repository: ExplanationsRepository,
  ) {}

  async network(id: NetworkId): Promise<NetworkEvidence> {
    const { store, repository } = this;
    const [network, controller, tallies, absence, givenName, rows] = await Promise.all([
      this.networks.read(store, id),
      repository.controllerOf(store, id),
      repository.tallies(store, id),
      repository.absence(store, id),
      repository.givenName(store, id),
      this.routes.rowsOf(store, id),
    ]);
    return { network, controller, tallies, absence, givenName, routes: rows.map(shownRoute) };
  }

  async givenNames(networks: readonly NetworkId[]): Promise<ReadonlyMap<string, string>> {
    return new Map(await this.repository.givenNames(this.store, networks));
  }

  command(id: CommandId): Promise<Command | undefined> {
    return this.commands.get(this.store, id);
  }
}
