import { Module } from '@nestjs/common';
import { ChangesModule } from '../changes/changes.module.js';
import { CommandsModule } from '../commands/commands.module.js';
import { ContainersModule } from '../containers/containers.module.js';
import { DoctorController } from '../doctor/doctor.controller.js';
import { DoctorRepository } from '../doctor/doctor.repository.js';
import { DoctorService } from '../doctor/doctor.service.js';
import { FanOutController } from '../fan-out/fan-out.controller.js';
import { FanOutRepository } from '../fan-out/fan-out.repository.js';
import { FanOuts } from '../fan-out/fan-out.service.js';
import { HostCommands } from '../fan-out/host-commands.service.js';
import { HostKeysController } from '../host-keys/host-keys.controller.js';
import { HostKeys } from '../host-keys/host-keys.service.js';
import { MembershipsModule } from '../memberships/memberships.module.js';
import { WantedModule } from '../wanted/wanted.module.js';
import { HostsController } from './hosts.controller.js';
import { HostsRepository } from './hosts.repository.js';
import { HostsService } from './hosts.service.js';

/** Hosts, their keys, and commands for many of them. */
@Module({
  imports: [ChangesModule, CommandsModule, ContainersModule, MembershipsModule, WantedModule],
  controllers: [HostsController, HostKeysController, FanOutController, DoctorController],
  providers: [
    DoctorService,
    DoctorRepository,
    HostsService,
    HostsRepository,
    HostKeys,
    FanOuts,
    FanOutRepository,
    HostCommands,
  ],
})
export class HostsModule {}
