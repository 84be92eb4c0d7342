import { Module } from '@nestjs/common';
import { StoreModule } from '../database/store.module.js';
import { ReferencesModule } from '../references/references.module.js';
import { InterfacesController } from './interfaces.controller.js';
import { InterfacesRepository } from './interfaces.repository.js';
import { InterfacesService } from './interfaces.service.js';

@Module({
  imports: [StoreModule, ReferencesModule],
  controllers: [InterfacesController],
  providers: [InterfacesService, InterfacesRepository],
})
export class InterfacesModule {}
