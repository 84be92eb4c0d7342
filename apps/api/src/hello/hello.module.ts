import { Module } from '@nestjs/common';
import { WantedModule } from '../wanted/wanted.module.js';
import { PresenceModule } from '../hosts/presence/presence.module.js';
import { HelloController } from './hello.controller.js';
import { HelloService } from './hello.service.js';
import { HelloStates } from './hello-states.js';

@Module({
  imports: [WantedModule, PresenceModule],
  controllers: [HelloController],
  providers: [HelloService, HelloStates],
})
export class HelloModule {}
