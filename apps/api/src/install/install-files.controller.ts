import { Controller, Get, Param, Req, Res } from '@nestjs/common';
import { ApiExcludeEndpoint } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { createReadStream } from 'node:fs';
import { Policy } from '../auth/policy.decorator.js';
import { clientOf } from '../http/client-address.js';
import { Places } from '../http/places.js';
import { AgentBundle } from './agent-bundle.js';
import { InstallService } from './install.service.js';

/** Machines of one office take turns; on a slow link, a bundle takes some minutes. */
const DOWNLOADS = { most: 8, ofAnAddress: 2, longestMs: 15 * 60_000 };

/** Files that a machine downloads before it has any token; they contain no secret. */
@Controller()
export class InstallFilesController {
  readonly #downloads = new Places(DOWNLOADS);

  constructor(
    private readonly installs: InstallService,
    private readonly bundles: AgentBundle,
  ) {}

  @Get('install.sh')
  @Policy('public')
  @ApiExcludeEndpoint()
  async script(@Res() reply: FastifyReply): Promise<void> {
    await reply.type('text/x-shellscript; charset=utf-8').send(await this.installs.script());
  }

  /** The agent for one platform, with its checksum, against which the download is checked. */
  @Get('agent/:file')
  @Policy('public')
  @ApiExcludeEndpoint()
  async bundle(@Param('file') file: string, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const [, platform = '', kind] = /^orrery-agent-([a-z0-9-]+)\.(tar\.gz|sha256)$/.exec(file) ?? [];
    const bundle = await this.bundles.get(platform);
    if (kind === 'sha256') return reply.type('text/plain; charset=utf-8').send(`${bundle.sha256}\n`);
    this.#downloads.take(clientOf(request), reply.raw);
    await reply.type('application/gzip').header('content-length', bundle.bytes).send(createReadStream(bundle.file));
  }
}
