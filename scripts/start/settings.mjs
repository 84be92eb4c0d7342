// What `npm start` was asked for: flags and environment.
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { speaksTls } from './outside.mjs';

export const HELP = `npm start [-- flags]

  --simulate[=N]   N simulated hosts (3), also when this machine could be a real one
  --no-simulate    no simulated hosts
  --listen ADDRESS where the API and NATS listen (127.0.0.1); beyond loopback both speak TLS only
  --url URL        where hosts and people reach the API, as https://orrery.lan:7070
  --detach         in the background; npm stop ends it
  --help

Environment: ORRERY_HOME (~/.orrery), ORRERY_PORT (7070), ORRERY_LISTEN, ORRERY_PUBLIC_URL, DATABASE_URL and NATS_URL for servers
of your own. docs/config.md lists the rest.`;

const SIMULATED = 3;

/**
 * @param {string[]} args
 * @param {NodeJS.ProcessEnv} env
 */
export function readSettings(args, env) {
  const home = resolve(env.ORRERY_HOME || join(homedir(), '.orrery'));
  const port = Number(env.ORRERY_PORT || 7070);
  if (!Number.isInteger(port) || port < 1 || port > 65535)
    throw new Error(`ORRERY_PORT is ${env.ORRERY_PORT}, not a port.`);
  const flags = readFlags(args);
  const listen = flags.listen || env.ORRERY_LISTEN || '127.0.0.1';
  const tls = speaksTls(listen, env);
  return {
    ...flags,
    home,
    port,
    listen,
    tls,
    publicUrl: flags.publicUrl || env.ORRERY_PUBLIC_URL || undefined,
    url: `${tls ? 'https' : 'http'}://${isAnyAddress(listen) ? '127.0.0.1' : bracketed(listen)}:${port}`,
    databaseUrl: env.DATABASE_URL || undefined,
    natsUrl: env.NATS_URL || undefined,
    logs: join(home, 'logs'),
    secrets: join(home, 'secrets'),
    run: join(home, 'run'),
  };
}

/** @param {string[]} args */
function readFlags(args) {
  // `--simulate` takes a number or nothing, which parseArgs does not know.
  const plain = args.flatMap((arg, index) => {
    if (arg === '--simulate' && !/^\d+$/.test(args[index + 1] ?? '')) return [`--simulate=${SIMULATED}`];
    return [arg];
  });
  const options = {
    simulate: { type: 'string' },
    listen: { type: 'string' },
    url: { type: 'string' },
    detach: { type: 'boolean' },
    help: { type: 'boolean' },
    'no-simulate': { type: 'boolean' },
  };
  /** @type {{ simulate?: string, listen?: string, url?: string, detach?: boolean, help?: boolean, 'no-simulate'?: boolean }} */
  const values = parseArgs({ args: plain, options: /** @type {any} */ (options) }).values;
  if (values.simulate !== undefined && !/^\d{1,2}$/.test(values.simulate))
    throw new Error('--simulate takes a number up to 99.');
  return {
    listen: values.listen,
    publicUrl: values.url,
    detach: values.detach === true,
    help: values.help === true,
    /** undefined: as many as are needed to try things out */
    simulate: values['no-simulate'] ? 0 : values.simulate === undefined ? undefined : Number(values.simulate),
    simulateByDefault: SIMULATED,
  };
}

const isAnyAddress = (address) => address === '0.0.0.0' || address === '::';
const bracketed = (address) => (address.includes(':') ? `[${address}]` : address);
