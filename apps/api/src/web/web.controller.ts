import { Controller, Get, Param, Req, Res } from '@nestjs/common';
import { ApiExcludeEndpoint } from '@nestjs/swagger';
import { explain } from '@orrery/shared/contracts';
import { AppError } from '@orrery/shared/runtime';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Policy } from '../auth/policy.decorator.js';
import { clientOf } from '../http/client-address.js';
import { Places } from '../http/places.js';
import { WebFiles } from './web-files.js';

/** Nothing but what this API serves itself, and no inline code: a name of a host that becomes markup still does nothing. */
const PAGE_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self'; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";
/** A browser that opens the dashboard asks for five files at once; people of one office do so together. */
const DOWNLOADS = { most: 64, ofAnAddress: 32, longestMs: 60_000 };

/** The first part of every address that the dashboard has (apps/web/src/pages.tsx). */
const NOUNS = [
  ...['hosts', 'nodes', 'containers', 'workloads', 'networks', 'memberships', 'routes'],
  ...['commands', 'events', 'findings', 'tokens', 'controllers'],
];

/** The dashboard. Everything in it is public; what it shows comes from the API, with a login. */
@Controller()
export class WebController {
  readonly #downloads = new Places(DOWNLOADS);

  constructor(private readonly files: WebFiles) {}

  @Get(['/', ...NOUNS.flatMap((noun) => [noun, `${noun}/:one`, `${noun}/:one/:other`])])
  @Policy('public')
  @ApiExcludeEndpoint()
  async page(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    if (!isForPeople(request.headers.accept)) throw noSuchPath();
    const { page } = this.files;
    await reply.header('content-security-policy', PAGE_POLICY).type('text/html; charset=utf-8').send(page);
  }

  /** Their names contain a hash of their content, so what has a name never changes. */
  @Get('assets/:file')
  @Policy('public')
  @ApiExcludeEndpoint()
  async asset(@Param('file') name: string, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const file = this.files.asset(name);
    if (!file) throw noSuchPath();
    this.#downloads.take(clientOf(request), reply.raw);
    const takesGzip = /\bgzip\b/.test(String(request.headers['accept-encoding'] ?? ''));
    const gzip = takesGzip ? file.gzip() : undefined;
    void reply.headers({ 'cache-control': 'public, max-age=31536000, immutable', vary: 'accept-encoding' });
    if (gzip) void reply.header('content-encoding', 'gzip');
    await reply.type(file.type).send(gzip ?? file.plain);
  }
}

/** Programs that ask for JSON get a problem, as they always did. */
const isForPeople = (accept: string | undefined) => /(^|,)\s*text\/html\b/i.test(accept ?? '');

const noSuchPath = () =>
  new AppError({ kind: 'user', ...explain('unknown-route', { cause: 'the API has no such path' }) });
