import { Global, Module, type INestApplicationContext } from '@nestjs/common';
import { BusStrategy, newSigningKey, Signer, type NatsTrust } from '@orrery/shared/bus';
import type { Logger } from '@orrery/shared/runtime';
import { join } from 'node:path';
import { API_CONFIG, type ApiConfig } from '../config.js';
import { LOGGER } from '../logger.js';
import { readOrMakeSecret } from '../secrets/secret-file.js';
import { AccountKeeper } from './account-keeper.js';
import { ANSWER_BUS, Buses, COMMAND_BUS, NATS_TRUST, openTrust, SIGNER } from './buses.js';
import { ConnectionsKeeper } from './connections-keeper.js';
import { FloodGate } from './flood-gate.js';
import { HostCalls } from './host-calls.service.js';
import { NatsAccount } from './nats-account.js';
import { NatsConnections } from './nats-connections.js';
import { OpenConnections } from './open-connections.js';
import { RevokedKeys } from './revoked-keys.repository.js';

/** Replicas share requests in this queue group. */
const QUEUE = 'orrery-api';

/** Nest's microservice strategy for messages of agents. */
export const createBusStrategy = (app: INestApplicationContext) =>
  new BusStrategy({
    bus: app.get(Buses).answers,
    queue: QUEUE,
    takes: (host, bytes) => app.get(FloodGate).takes(host, bytes),
    signer: app.get<Signer>(SIGNER),
    isSilentTo: (host) => app.get(OpenConnections).areFarTooMany(host),
  });

const loadSigner = async ({ secretsFolder }: ApiConfig) => {
  const pem = await readOrMakeSecret(join(secretsFolder, 'signing.key'), newSigningKey);
  return new Signer(pem.reveal());
};

/** How the API is on NATS: its connections and signatures, calls to hosts, and which hosts are let in how often. */
@Global()
@Module({
  providers: [
    { provide: NATS_TRUST, inject: [API_CONFIG, LOGGER], useFactory: openTrust },
    {
      provide: Buses,
      inject: [API_CONFIG, { token: NATS_TRUST, optional: true }, LOGGER],
      useFactory: (config: ApiConfig, trust: NatsTrust | undefined, logger: Logger) =>
        Buses.open(config, trust, logger),
    },
    { provide: SIGNER, inject: [API_CONFIG], useFactory: loadSigner },
    AccountKeeper,
    ConnectionsKeeper,
    HostCalls,
    NatsAccount,
    NatsConnections,
    OpenConnections,
    RevokedKeys,
    { provide: FloodGate, useFactory: () => new FloodGate() },
    { provide: ANSWER_BUS, inject: [Buses], useFactory: ({ answers }: Buses) => answers },
    { provide: COMMAND_BUS, inject: [Buses], useFactory: ({ desired }: Buses) => desired },
  ],
  exports: [
    ...[ANSWER_BUS, COMMAND_BUS, NATS_TRUST, SIGNER],
    ...[AccountKeeper, Buses, ConnectionsKeeper, FloodGate, HostCalls, OpenConnections],
  ],
})
export class BusModule {}
