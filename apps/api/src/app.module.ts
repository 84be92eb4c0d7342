import { Module, StandardSchemaSerializerInterceptor, type DynamicModule } from '@nestjs/common';
import { APP_FILTER, APP_INTERCEPTOR, APP_PIPE } from '@nestjs/core';
import type { Logger } from '@orrery/shared/runtime';
import { AuthModule } from './auth/auth.module.js';
import { CommandsModule } from './commands/commands.module.js';
import { API_CONFIG, type ApiConfig } from './config.js';
import { ContainersModule } from './containers/containers.module.js';
import { ControllersModule } from './controllers/controllers.module.js';
import { DataPlaneModule } from './data-plane.module.js';
import { ExplanationsModule } from './explanations/explanations.module.js';
import { HostsModule } from './hosts/hosts.module.js';
import { ProblemFilter } from './http/problem.filter.js';
import { SchemaPipe } from './http/schema.pipe.js';
import { JoinModule } from './join/join.module.js';
import { LOGGER } from './logger.js';
import { MembershipsModule } from './memberships/memberships.module.js';
import { HttpMetrics } from './metrics/http-metrics.js';
import { NetworksModule } from './networks/networks.module.js';
import { RoutesModule } from './routes/routes.module.js';
import { References } from './references/references.service.js';
import { ReferencesRepository } from './references/references.repository.js';
import { ServerTls } from './tls/server-tls.js';
import { ViewsModule } from './views.module.js';
import { WebModule } from './web/web.module.js';

const FEATURES = [
  ViewsModule,
  JoinModule,
  HostsModule,
  ContainersModule,
  NetworksModule,
  RoutesModule,
  ControllersModule,
  MembershipsModule,
  CommandsModule,
  ExplanationsModule,
  WebModule,
];

/** The objects that exist once in the process. */
export interface Process {
  config: ApiConfig;
  logger: Logger;
  metrics: HttpMetrics;
  tls: ServerTls;
}

@Module({})
class ProcessModule {
  static with({ config, logger, metrics, tls }: Process): DynamicModule {
    const providers = [
      { provide: API_CONFIG, useValue: config },
      { provide: LOGGER, useValue: logger },
      { provide: HttpMetrics, useValue: metrics },
      { provide: ServerTls, useValue: tls },
    ];
    return {
      module: ProcessModule,
      global: true,
      providers: [...providers, References, ReferencesRepository],
      exports: [API_CONFIG, LOGGER, HttpMetrics, ServerTls, References],
    };
  }
}

@Module({})
export class AppModule {
  static with(process: Process): DynamicModule {
    return {
      module: AppModule,
      imports: [ProcessModule.with(process), DataPlaneModule, AuthModule, ...FEATURES],
      providers: [
        { provide: APP_FILTER, useClass: ProblemFilter },
        { provide: APP_PIPE, useClass: SchemaPipe },
        { provide: APP_INTERCEPTOR, useClass: StandardSchemaSerializerInterceptor },
      ],
    };
  }
}
