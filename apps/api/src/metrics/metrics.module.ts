import { Module } from '@nestjs/common';
import { StatusModule } from '../status/status.module.js';
import { MetricsController } from './metrics.controller.js';
import { MetricsService } from './metrics.service.js';

/** Needs the global HttpMetrics, which the server's hooks feed. */
@Module({ imports: [StatusModule], controllers: [MetricsController], providers: [MetricsService] })
export class MetricsModule {}
