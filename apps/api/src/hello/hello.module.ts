import { Module } from '@nestjs/common';
import { DesiredModule } from '../wanted/desired.module.js';
import { PresenceModule } from '../hosts/presence/presence.module.js';
import { HelloController } from './hello.controller.js';
import { HelloService } from './hello.service.js';
import { HelloStates } from './hello-states.js';

@Module({
  imports: [DesiredModule, PresenceModule],
  controllers: [HelloController],
  providers: [HelloService, HelloStates],
})
export class HelloModule {}
