import { Global, Module, type INestApplicationContext } from '@nestjs/common';
import { BusStrategy, type NatsTrust, type Signer } from '@orrery/shared/bus';
import type { Logger } from '@orrery/shared/runtime';
import { API_CONFIG, type ApiConfig } from '../config.js';
import { SIGNER } from './signing.module.js';
import { LOGGER } from '../logger.js';
import { Buses, openTrust } from './buses.js';
import { FloodGate } from './flood-gate.js';
import { OpenConnections } from './open-connections.js';

/** The bus that publishes desired states and calls. */
export const COMMAND_BUS = Symbol('COMMAND_BUS');
/** The bus that only answers agents. */
export const ANSWER_BUS = Symbol('ANSWER_BUS');
/** The keys of this installation's NATS; undefined if somebody else manages its users. */
export const NATS_TRUST = Symbol('NATS_TRUST');

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
    OpenConnections,
    { provide: FloodGate, useFactory: () => new FloodGate() },
    { provide: ANSWER_BUS, inject: [Buses], useFactory: ({ answers }: Buses) => answers },
    { provide: COMMAND_BUS, inject: [Buses], useFactory: ({ desired }: Buses) => desired },
  ],
  exports: [Buses, OpenConnections, FloodGate, ANSWER_BUS, COMMAND_BUS, NATS_TRUST],
})
export class BusModule {}
