import { Module } from '@nestjs/common';
import { TlsRenewal } from '../tls/tls-renewal.js';
import { AgentBundle } from './agent-bundle.js';
import { InstallFilesController } from './install-files.controller.js';
import { InstallController } from './install.controller.js';
import { InstallService } from './install.service.js';

@Module({
  controllers: [InstallController, InstallFilesController],
  providers: [InstallService, AgentBundle, TlsRenewal],
  exports: [InstallService],
})
export class InstallModule {}
