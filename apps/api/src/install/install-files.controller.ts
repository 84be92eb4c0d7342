import { Controller, Get, Param, Req, Res } from '@nestjs/common';
import { ApiExcludeEndpoint } from '@nestjs/swagger';
import { AppError } from '@orrery/shared/runtime';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { createReadStream } from 'node:fs';
import { Policy } from '../auth/policy.decorator.js';
import { clientOf } from '../http/client-address.js';
import { AgentBundle } from './agent-bundle.js';
import { Downloads, LONGEST_DOWNLOAD_MS } from './downloads.js';
import { InstallService } from './install.service.js';

/** What a machine fetches before it has any token: no secret is in it. */
@Controller()
export class InstallFilesController {
  constructor(
    private readonly installs: InstallService,
    private readonly bundles: AgentBundle,
    private readonly downloads: Downloads,
  ) {}

  @Get('install.sh')
  @Policy('public')
  @ApiExcludeEndpoint()
  async script(@Res() reply: FastifyReply): Promise<void> {
    await reply.type('text/x-shellscript; charset=utf-8').send(await this.installs.script());
  }

  @Get('agent/:file')
  @Policy('public')
  @ApiExcludeEndpoint()
  async bundle(@Param('file') file: string, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const bundle = await this.bundles.get();
    if (file !== `orrery-agent-${bundle.platform}.tar.gz`) throw noSuchBundle(bundle.platform);
    const end = this.downloads.begin(clientOf(request));
    const tooLong = setTimeout(() => reply.raw.destroy(), LONGEST_DOWNLOAD_MS).unref();
    reply.raw.once('close', () => {
      clearTimeout(tooLong);
      end();
    });
    await reply.type('application/gzip').header('content-length', bundle.bytes).send(createReadStream(bundle.file));
  }
}

const noSuchBundle = (platform: string) =>
  new AppError({ code: 'unknown-route', kind: 'user', cause: `there is an agent for ${platform} only` });
