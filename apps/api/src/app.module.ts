import { Module, StandardSchemaSerializerInterceptor, type DynamicModule } from '@nestjs/common';
import { APP_FILTER, APP_INTERCEPTOR, APP_PIPE } from '@nestjs/core';
import type { Logger } from '@orrery/shared/runtime';
import { AdmissionsModule } from './admission/admissions.module.js';
import { AuthModule } from './auth/auth.module.js';
import { CommandsModule } from './commands/commands.module.js';
import { API_CONFIG, type ApiConfig } from './config.js';
import { ContainersModule } from './containers/containers.module.js';
import { ControllersModule } from './controllers/controllers.module.js';
import { DataPlaneModule } from './data-plane.module.js';
import { FanOutModule } from './fan-out/fan-out.module.js';
import { FindingsModule } from './findings/findings.module.js';
import { HealthModule } from './health/health.module.js';
import { HostKeysModule } from './host-keys/host-keys.module.js';
import { HostsModule } from './hosts/hosts.module.js';
import { ProblemFilter } from './http/problem.filter.js';
import { SchemaPipe } from './http/schema.pipe.js';
import { InstallModule } from './install/install.module.js';
import { InterfacesModule } from './interfaces/interfaces.module.js';
import { JoinModule } from './join/join.module.js';
import { LOGGER } from './logger.js';
import { MembershipsModule } from './memberships/memberships.module.js';
import { HttpMetrics } from './metrics/http-metrics.js';
import { MetricsModule } from './metrics/metrics.module.js';
import { NetworksModule } from './networks/networks.module.js';
import { NodesModule } from './nodes/nodes.module.js';
import { OpenApiModule } from './openapi/openapi.module.js';
import { ProbesModule } from './probes/probes.module.js';
import { StatusModule } from './status/status.module.js';
import { ServerTls } from './tls/server-tls.js';
import { TokensModule } from './tokens/tokens.module.js';

const FEATURES = [
  HealthModule,
  JoinModule,
  InstallModule,
  HostsModule,
  HostKeysModule,
  NodesModule,
  ProbesModule,
  ContainersModule,
  NetworksModule,
  ControllersModule,
  AdmissionsModule,
  MembershipsModule,
  InterfacesModule,
  CommandsModule,
  FanOutModule,
  FindingsModule,
  StatusModule,
  TokensModule,
  MetricsModule,
  OpenApiModule,
];

/** What there is one of in the process, for everyone. */
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
    return { module: ProcessModule, global: true, providers, exports: [API_CONFIG, LOGGER, HttpMetrics, ServerTls] };
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
