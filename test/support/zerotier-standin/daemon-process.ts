import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { VERSION } from '../../../libs/simulator/src/model/timing.js';
import { FatalError, openHome, type Home } from './home.js';
import { LocalConf } from './local-conf.js';
import { Service } from './service.js';
import { isUdpPortFree } from './underlay.js';

const DEFAULT_HOME = '/var/lib/zerotier-one';
const DEFAULT_PORT = 9993;

const log = (line: string): void => {
  process.stderr.write(`${line}\n`);
};

interface Arguments {
  readonly home: string;
  readonly port: number | undefined;
  readonly version: boolean;
}

/** `zerotier-one [-U] [-p<port>] [home]`; other switches are accepted and ignored. */
function readArguments(args: readonly string[]): Arguments {
  const port = args.find((arg) => /^-p\d+$/.test(arg));
  return {
    home: args.find((arg) => !arg.startsWith('-')) ?? DEFAULT_HOME,
    port: port === undefined ? undefined : Number(port.slice(2)),
    version: args.includes('-v'),
  };
}

function portOf(localConf: LocalConf, wanted: number | undefined): number {
  const settings = localConf.read()?.['settings'] as { primaryPort?: unknown } | undefined;
  const configured = typeof settings?.primaryPort === 'number' ? settings.primaryPort : DEFAULT_PORT;
  return wanted ?? configured;
}

/**
 * Another zerotier-one has both ports and is noticed early; another program on the TCP port alone is noticed late, with
 * another message.
 */
async function portTaken(port: number): Promise<FatalError> {
  if (!(await isUdpPortFree(port))) {
    return new FatalError(`zerotier-one: fatal error: cannot bind to local control interface port ${String(port)}`);
  }
  const lines = ['0.0.0.0', '[::]'].map((host) => `Error binding control plane to ${host}:${String(port)}`);
  return new FatalError([...lines, 'ERROR: Could not bind control plane. Exiting...'].join('\n'), 255);
}

async function startService(home: Home, localConf: LocalConf, port: number): Promise<Service> {
  const service = new Service(home, localConf, port, log);
  try {
    await service.start();
  } catch (error) {
    service.stop();
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    throw await portTaken(port);
  }
  return service;
}

const stopped = (): Promise<void> =>
  new Promise((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT', 'SIGQUIT'] as const) process.once(signal, resolve);
  });

export async function runDaemon(args: readonly string[]): Promise<number> {
  const { home: path, port: wanted, version } = readArguments(args);
  if (version) {
    process.stdout.write(`${VERSION.text}\n`);
    return 0;
  }
  process.title = 'zerotier-one';
  try {
    const home = openHome(path);
    const localConf = new LocalConf(path);
    const port = portOf(localConf, wanted);
    const service = await startService(home, localConf, port);
    writeFileSync(join(path, 'zerotier-one.port'), String(port));
    writeFileSync(join(path, 'zerotier-one.pid'), String(process.pid));
    await stopped();
    service.stop();
    return 0;
  } catch (error) {
    if (!(error instanceof FatalError)) throw error;
    log(error.message);
    return error.exitCode;
  }
}
