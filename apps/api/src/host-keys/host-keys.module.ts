import { Module } from '@nestjs/common';
import { CallsModule } from '../calls/calls.module.js';
import { ChangesModule } from '../changes/changes.module.js';
import { StoreModule } from '../database/store.module.js';
import { HostsModule } from '../hosts/hosts.module.js';
import { ReferencesModule } from '../references/references.module.js';
import { HostKeysController } from './host-keys.controller.js';
import { HostKeys } from './host-keys.service.js';

@Module({
  imports: [StoreModule, ReferencesModule, ChangesModule, CallsModule, HostsModule],
  controllers: [HostKeysController],
  providers: [HostKeys],
})
export class HostKeysModule {}
