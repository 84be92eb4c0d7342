import { Controller, Get } from '@nestjs/common';
import { Install } from '@orrery/shared/contracts';
import { Policy, WholeInstallation } from '../auth/policy.decorator.js';
import { Operation } from '../http/operation.decorator.js';
import { InstallService } from './install.service.js';

@Controller()
export class InstallController {
  constructor(private readonly installs: InstallService) {}

  @Get('v1/install')
  @Policy('admin')
  @WholeInstallation()
  @Operation({
    id: 'getInstall',
    tag: 'join',
    summary: 'How another machine becomes a host',
    answers: { 200: Install },
  })
  describe(): Install {
    return this.installs.describe();
  }
}
