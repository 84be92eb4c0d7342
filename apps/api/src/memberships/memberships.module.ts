import { Module } from '@nestjs/common';
import { ChangesModule } from '../changes/changes.module.js';
import { CommandsModule } from '../commands/commands.module.js';
import { WantedModule } from '../wanted/wanted.module.js';
import { MembershipChanges } from './membership-changes.service.js';
import { MembershipsController } from './memberships.controller.js';
import { MembershipsRepository } from './memberships.repository.js';
import { MembershipsService } from './memberships.service.js';

@Module({
  imports: [ChangesModule, WantedModule, CommandsModule],
  controllers: [MembershipsController],
  providers: [MembershipsService, MembershipsRepository, MembershipChanges],
  exports: [MembershipChanges],
})
export class MembershipsModule {}
