import { Module } from '@nestjs/common';
import { CallsModule } from '../calls/calls.module.js';
import { StoreModule } from '../database/store.module.js';
import { ControllerChecks } from './controller-checks.js';
import { ControllerDoors } from './controller-doors.js';
import { ControllersRepository } from './controllers.repository.js';

/** How controllers are reached; apart from the routes about them, because who settles admissions needs only this. */
@Module({
  imports: [StoreModule, CallsModule],
  providers: [ControllerDoors, ControllerChecks, ControllersRepository],
  exports: [ControllerDoors, ControllerChecks, ControllersRepository],
})
export class ControllerDoorsModule {}
