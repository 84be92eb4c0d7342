import { Module } from '@nestjs/common';
import { WantedModule } from '../wanted/wanted.module.js';
import { LabelFindings } from './label-findings.js';
import { LabelWorker } from './label-worker.js';
import { LabelsRepository } from './labels.repository.js';
import { LabelsService } from './labels.service.js';

/** Follows the labels of workloads. It has no routes: `ViewsModule` has the list of workloads. */
@Module({
  imports: [WantedModule],
  providers: [LabelsRepository, LabelsService, LabelFindings, LabelWorker],
  exports: [LabelWorker, LabelsRepository],
})
export class WorkloadsModule {}
