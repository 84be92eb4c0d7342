import 'reflect-metadata';
import { ModulesContainer, NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { Signer } from '@orrery/shared/bus';
import { ensurePrivateFolder, type Logger } from '@orrery/shared/runtime';
import type { FastifyInstance } from 'fastify';
import { AppModule } from './app.module.js';
import { RequestGate } from './auth/request-gate.js';
import { createBusStrategy } from './bus/bus.module.js';
import { carelessChanges } from './changes/change-rules.js';
import type { ApiConfig } from './config.js';
import { SIGNER } from './bus/buses.js';
import { TrustedProxies } from './http/client-address.js';
import { describeAnswers, compressAnswers } from './http/answers.js';
import { Connections } from './http/connections.js';
import { askAtTheDoor } from './http/door.js';
import { drainAtClose } from './http/drain.js';
import { addDoorHooks, addRequestLog, refuseUnreadable, trackRoutes } from './http/hooks.js';
import { parseJsonBodies } from './http/json-body.js';
import { BODY_LIMIT, KEEP_ALIVE_MS, newRequestId, REQUEST_MS, refuseUnparsable, SERVER_LIMITS } from './http/limits.js';
import { NestLog } from './http/nest-log.js';
import { HttpMetrics } from './metrics/http-metrics.js';
import { addDocs } from './openapi/docs-pages.js';
import { PageCursors, sealCursors } from './paging/page-cursors.js';
import { ServerTls } from './tls/server-tls.js';

/** The whole API, not yet listening: `listen` starts it, `close` stops it. Database and NATS may be unreachable. */
export async function createApp(config: ApiConfig, logger: Logger): Promise<NestFastifyApplication> {
  await ensurePrivateFolder(config.home);
  const tls = await ServerTls.open(config);
  const proxies = new TrustedProxies(config.trustedProxies);
  const adapter = new FastifyAdapter({
    ...(tls.options ? { https: { ...SERVER_LIMITS, ...tls.options } } : { http: SERVER_LIMITS }),
    trustProxy: (address: string) => proxies.includes(address),
    bodyLimit: BODY_LIMIT,
    clientErrorHandler: refuseUnparsable,
    requestTimeout: REQUEST_MS,
    keepAliveTimeout: KEEP_ALIVE_MS,
    routerOptions: { maxParamLength: 400 },
    genReqId: newRequestId,
    return503OnClosing: false, // requests that still arrive on an open connection are answered as before
    frameworkErrors: refuseUnreadable,
    schemaController: { compilersFactory: { buildValidator: noCompiler, buildSerializer: noCompiler } },
  });
  const server: FastifyInstance = adapter.getInstance();
  parseJsonBodies(server);
  addDoorHooks(server, config.allowedHosts);
  addRequestLog(server, logger);
  describeAnswers(server);
  await compressAnswers(server);
  drainAtClose(server);
  const connections = new Connections(proxies);
  connections.watch(server);
  refuseWrongMethods(server);
  const metrics = new HttpMetrics();
  metrics.observe(server);
  const app = await NestFactory.create<NestFastifyApplication>(
    AppModule.with({ config, logger, metrics, tls }),
    adapter,
    {
      bodyParser: false,
      logger: new NestLog(logger),
      abortOnError: false,
    },
  );
  const careless = carelessChanges(app.get(ModulesContainer));
  if (careless.length > 0)
    throw new Error(`These routes change something but do not declare how:\n${careless.join('\n')}`);
  askAtTheDoor(server, app.get(RequestGate, { strict: false }), connections);
  const signer = app.get<Signer>(SIGNER, { strict: false });
  sealCursors(server, new PageCursors(signer.derive('cursors of pages')));
  addDocs(app);
  app.connectMicroservice({ strategy: createBusStrategy(app) });
  await app.startAllMicroservices();
  return app;
}

/** zod parses every body and every answer, so loading Fastify's own compilers at each start would be wasted. */
function noCompiler(): never {
  throw new Error('Routes must use zod schemas, not Fastify schemas.');
}

function refuseWrongMethods(server: FastifyInstance): void {
  const wrongMethod = trackRoutes(server);
  server.addHook('onRequest', (request, _reply, done) => {
    done(request.is404 ? wrongMethod(request.method, request.url) : undefined);
  });
}
