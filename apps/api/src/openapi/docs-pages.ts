import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { SwaggerModule } from '@nestjs/swagger';
import type { FastifyInstance } from 'fastify';
import { clientOf } from '../http/client-address.js';
import { Places } from '../http/places.js';
import { buildDocument } from './document.js';

/** The large files of the pages; a browser downloads them in parallel. */
const LARGE = /^\/(openapi\.json|docs\/[\w-]+\.(js|css))(\?|$)/;
const PAGES = { most: 16, ofAnAddress: 6, longestMs: 60_000 };

/**
 * `/openapi.json`, and `/docs` to browse it: the files come from this server, nothing from the internet. Public,
 * without secrets.
 */
export function addDocs(app: NestFastifyApplication): void {
  const places = new Places(PAGES);
  const server: FastifyInstance = app.getHttpAdapter().getInstance();
  server.addHook('onRequest', (request, reply, done) => {
    if (LARGE.test(request.url)) places.take(clientOf(request), reply.raw);
    done();
  });
  SwaggerModule.setup('docs', app, () => buildDocument(app), {
    jsonDocumentUrl: 'openapi.json',
    raw: ['json'],
    customSiteTitle: 'Orrery: HTTP API',
    swaggerOptions: { validatorUrl: null, persistAuthorization: false, tryItOutEnabled: true },
  });
}
