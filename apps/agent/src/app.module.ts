import { Module, type DynamicModule } from '@nestjs/common';
import { CallsController } from './calls/calls.controller.js';
import { CallsService } from './calls/calls.service.js';
import { DesiredController } from './desired/desired.controller.js';
import { DesiredStore } from './desired/desired-store.js';

/** Everything from outside that can make the agent act: desired states and calls. */
@Module({})
export class AppModule {
  static with(desired: DesiredStore, calls: CallsService): DynamicModule {
    return {
      module: AppModule,
      controllers: [DesiredController, CallsController],
      providers: [
        { provide: DesiredStore, useValue: desired },
        { provide: CallsService, useValue: calls },
      ],
    };
  }
}
