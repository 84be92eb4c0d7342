import { Module } from '@nestjs/common';
import { ChangesModule } from './changes/changes.module.js';
import { FindingsController } from './findings/findings.controller.js';
import { FindingsRepository } from './findings/findings.repository.js';
import { FindingsService } from './findings/findings.service.js';
import { HealthController } from './health/health.controller.js';
import { HealthRepository } from './health/health.repository.js';
import { HealthService } from './health/health.service.js';
import { InterfacesController } from './interfaces/interfaces.controller.js';
import { InterfacesRepository } from './interfaces/interfaces.repository.js';
import { InterfacesService } from './interfaces/interfaces.service.js';
import { WorkloadsModule } from './workloads/workloads.module.js';
import { MetricsController } from './metrics/metrics.controller.js';
import { MetricsService } from './metrics/metrics.service.js';
import { NodesController } from './nodes/nodes.controller.js';
import { NodesRepository } from './nodes/nodes.repository.js';
import { NodesService } from './nodes/nodes.service.js';
import { ErrorsPageController } from './openapi/errors-page.controller.js';
import { ProbesController } from './probes/probes.controller.js';
import { ProbesRepository } from './probes/probes.repository.js';
import { ProbesService } from './probes/probes.service.js';
import { RoutesModule } from './routes/routes.module.js';
import { StatusController } from './status/status.controller.js';
import { StatusRepository } from './status/status.repository.js';
import { StatusService } from './status/status.service.js';
import { TopologyController } from './topology/topology.controller.js';
import { TopologyRepository } from './topology/topology.repository.js';
import { TopologyService } from './topology/topology.service.js';
import { WorkloadsController } from './workloads/workloads.controller.js';
import { WorkloadsRepository } from './workloads/workloads.repository.js';
import { WorkloadsService } from './workloads/workloads.service.js';

/** What people look at: observations on hosts, probes, and the state of Orrery itself. Each folder is one subject. */
@Module({
  imports: [ChangesModule, RoutesModule, WorkloadsModule],
  controllers: [
    ErrorsPageController,
    FindingsController,
    HealthController,
    InterfacesController,
    MetricsController,
    NodesController,
    ProbesController,
    StatusController,
    TopologyController,
    WorkloadsController,
  ],
  providers: [
    ...[FindingsRepository, FindingsService],
    ...[HealthRepository, HealthService],
    ...[InterfacesRepository, InterfacesService],
    ...[NodesRepository, NodesService],
    ...[ProbesRepository, ProbesService],
    ...[StatusRepository, StatusService, MetricsService],
    ...[TopologyRepository, TopologyService],
    ...[WorkloadsRepository, WorkloadsService],
  ],
})
export class ViewsModule {}
