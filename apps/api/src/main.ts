import { explain } from '@orrery/shared/contracts';
import { AppError, createLogger, describeError, guardProcess, type Logger } from '@orrery/shared/runtime';
import type { AddressInfo } from 'node:net';
import { createApp } from './app.factory.js';
import { loadConfig, type ApiConfig } from './config.js';
import { noteLocalUrl } from './tls/local-url.js';

/** How long an orderly stop may take. The process that started the API waits ten seconds. */
const STOP_MS = 9000;

async function start(config: ApiConfig, logger: Logger): Promise<void> {
  const app = await createApp(config, logger);
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void stop(signal, app, logger));
  await app.listen(config.port, config.listen);
  await noteLocalUrl(config, app.getHttpServer().address() as AddressInfo);
  logger.info({ event: 'api.listening', url: await app.getUrl() }, 'the API is listening');
}

async function stop(signal: string, app: { close(): Promise<void> }, logger: Logger): Promise<void> {
  logger.info({ event: 'api.stopping', signal }, 'stopping');
  setTimeout(() => {
    logger.warn({ event: 'api.stop-late' }, 'did not stop in time; clients must repeat unanswered requests');
    process.exit(1);
  }, STOP_MS).unref();
  try {
    await app.close();
    logger.info({ event: 'api.stopped' }, 'stopped');
  } catch (error) {
    logger.error({ event: 'api.stop-failed', cause: describeError(error) }, 'stopping failed');
    process.exitCode = 1;
  }
}

/**
 * Explains in one line why the API cannot start and what to do, then exits, so that no half-started API stays behind.
 */
function notStarted(error: unknown, port: number | undefined): never {
  const { code, fix } = error as { code?: string; fix?: string };
  const said =
    code === 'EADDRINUSE'
      ? explain('port-in-use/api', { port: port ?? 0 })
      : { code, cause: describeError(error), fix };
  createLogger('api').fatal({ event: 'api.not-started', code, fix: said.fix }, said.cause);
  process.exit(error instanceof AppError && error.kind === 'user' ? 2 : 1);
}

function main(): void {
  try {
    const config = loadConfig(process.env);
    const logger = createLogger('api', config.logLevel, { file: config.logFile });
    guardProcess(logger);
    start(config, logger).catch((error: unknown) => notStarted(error, config.port));
  } catch (error) {
    notStarted(error, undefined);
  }
}

main();
