import { Module } from '@nestjs/common';
import { ChangesModule } from '../changes/changes.module.js';
import { StoreModule } from '../database/store.module.js';
import { ReferencesModule } from '../references/references.module.js';
import { AdmissionsController } from './admissions.controller.js';
import { AdmissionsRepository } from './admissions.repository.js';
import { Admissions } from './admissions.service.js';
import { ReconcilingModule } from './admission.module.js';
import { SettlingModule } from './settling.module.js';

@Module({
  imports: [StoreModule, ReferencesModule, ChangesModule, ReconcilingModule, SettlingModule],
  controllers: [AdmissionsController],
  providers: [Admissions, AdmissionsRepository],
})
export class AdmissionsModule {}
