import { Module } from '@nestjs/common';
import { ChangesModule } from '../changes/changes.module.js';
import { EventsModule } from '../events/events.module.js';
import { WantedModule } from '../wanted/wanted.module.js';
import { CommandCancels } from './command-cancels.service.js';
import { CommandWaits } from './command-waits.service.js';
import { CommandsController } from './commands.controller.js';
import { CommandsRepository } from './commands.repository.js';
import { CommandsService } from './commands.service.js';

@Module({
  imports: [ChangesModule, WantedModule, EventsModule],
  controllers: [CommandsController],
  providers: [CommandsService, CommandsRepository, CommandWaits, CommandCancels],
  exports: [CommandsService],
})
export class CommandsModule {}
