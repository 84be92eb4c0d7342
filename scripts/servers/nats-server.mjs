// Our own nats-server: on loopback by default, started in its own session, adopted if it outlived the process that started it.
import { mkdirSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { lastLines } from './log-file.mjs';
import { natsBinary } from './nats-binary.mjs';
import { probeNats } from './nats-probe.mjs';
import { rememberedPort } from './ports.mjs';
import { becomesTrue, commandLine, identify, isSame, signal, spawnInOwnSession, stopProcess } from './process.mjs';
import { secretIn } from './secrets.mjs';

const USER = 'orrery';
const START_WITHIN_MS = 5000;

/**
 * @typedef {object} NatsOptions
 * @property {string} dir holds the configuration and the port; created if absent
 * @property {string} [passwordFile] one user with the password in it; created if absent
 * @property {string} [trust] instead of a password: folder with `server.conf` (operator and accounts) and `system.creds`; users come with JWTs
 * @property {string} [listen] address; 127.0.0.1
 * @property {{ cert: string, key: string }} [tls] files; if given, the server uses TLS only
 * @property {string} logFile
 * @property {string} name of the server; checked, so that another server is never mistaken for it
 * @property {number} [port] fails if it is in use; default: the last port, or any free one
 * @property {string} [binary] path of nats-server
 * @property {string} [config] more lines for its configuration
 * @property {(line: string) => void} [say]
 */

/**
 * Starts the server of `dir`, or takes over the one that is already running there.
 * @param {NatsOptions} options
 */
export async function startNats(options) {
  mkdirSync(options.dir, { recursive: true, mode: 0o700 });
  const dir = realpathSync(options.dir);
  const running = serverIn(dir);
  const port = running && runningPort(dir);
  const login = { ...loginOf(options), name: options.name, host: reachedAt(options.listen) };
  if (port && isConfigured({ dir, port, login, options }) && (await isOurs({ port, ...login }))) {
    return handle({ identity: running, port, ...login, adopted: true });
  }
  await stopNats(dir);
  return handle({ ...(await startOnce(dir, login, options)), ...login, adopted: false });
}

/** @param {NatsOptions} options */
function loginOf({ trust, passwordFile }) {
  if (trust) return { creds: readFileSync(join(trust, 'system.creds'), 'utf8') };
  if (!passwordFile) throw new Error('nats-server needs a trust or a password file');
  return { user: USER, password: secretIn(passwordFile) };
}

/** Stops the server of `dir` if one runs, no matter which process started it. */
export function stopNats(dir, within = 2000) {
  return stop(serverIn(dir), within);
}

async function startOnce(dir, login, options) {
  const binary = options.binary ?? (await natsBinary({ say: options.say }));
  const port = await rememberedPort(join(dir, 'port'), options.port, login.host);
  const file = join(dir, 'nats.conf');
  writeFileSync(file, configuration({ dir, port, login, options }), { mode: 0o600 });
  const child = spawnInOwnSession([binary, '-c', file], { logFile: options.logFile });
  let ended = false;
  child.once('exit', () => (ended = true)).once('error', () => (ended = true));
  const identity = identify(child.pid);
  let answers = false;
  await becomesTrue(async () => {
    answers = await isOurs({ port, ...login });
    return ended || answers;
  }, START_WITHIN_MS);
  if (answers && !ended && identity) return { identity, port };
  await stop(identity, 500);
  throw new Error(`nats-server does not start:\n${lastLines(options.logFile, 8)}`);
}

function configuration({ dir, port, login, options }) {
  const { name, trust, listen = '127.0.0.1', tls, config = '' } = options;
  return `${settings({ dir, port, name, listen, tls })}
${trust ? trustLines(dir, trust) : `authorization { user: ${JSON.stringify(USER)}, password: ${JSON.stringify(login.password)} }`}
${config}
`;
}

function settings({ dir, port, name, listen, tls }) {
  return `listen: "${bracketed(listen)}:${port}"
server_name: ${JSON.stringify(name)}
max_payload: 1MB
ping_interval: "5s"
ping_max: 2
write_deadline: "5s"
pid_file: ${JSON.stringify(join(dir, 'nats.pid'))}
${tls ? `tls { cert_file: ${JSON.stringify(tls.cert)}, key_file: ${JSON.stringify(tls.key)} }` : ''}`;
}

/** Accounts updated at run time are kept in a folder; newer ones win over those of the configuration. */
function trustLines(dir, trust) {
  return `${readFileSync(join(trust, 'server.conf'), 'utf8')}resolver: { type: full, dir: ${JSON.stringify(join(dir, 'accounts'))} }`;
}

/** Whether the running server listens where it should, because a running server cannot move. */
function isConfigured({ dir, port, login, options }) {
  const { name, trust, listen = '127.0.0.1', tls } = options;
  const text = readFileSync(join(dir, 'nats.conf'), 'utf8');
  const users = trust ? 'resolver:' : `password: ${JSON.stringify(login.password)}`;
  return text.startsWith(settings({ dir, port, name, listen, tls })) && text.includes(users);
}

/** The process with the recorded pid, if it was started with the configuration of this folder. */
function serverIn(dir) {
  try {
    const pid = Number(readFileSync(join(dir, 'nats.pid'), 'utf8'));
    return commandLine(pid)
      .join(' ')
      .includes(join(realpathSync(dir), 'nats.conf'))
      ? identify(pid)
      : undefined;
  } catch {
    return undefined;
  }
}

function runningPort(dir) {
  return Number(readFileSync(join(dir, 'port'), 'utf8'));
}

async function isOurs({ port, name, ...login }) {
  try {
    return (await probeNats({ port, ...login })).server_name === name;
  } catch {
    return false;
  }
}

function stop(identity, within) {
  return stopProcess(identity, [
    ['SIGTERM', within],
    ['SIGKILL', 2000],
  ]);
}

/** The address at which this machine itself reaches a server that listens there. */
function reachedAt(listen = '127.0.0.1') {
  if (listen === '0.0.0.0') return '127.0.0.1';
  return listen === '::' ? '::1' : listen;
}

const bracketed = (address) => (address.includes(':') ? `[${address}]` : address);

/**
 * @param {{ identity: import('./process.mjs').Identity, port: number, host: string, user?: string, password?: string, name: string, adopted: boolean }} server
 */
function handle({ identity, port, host, user, password, name, adopted }) {
  const login = user && password ? `${user}:${encodeURIComponent(password)}@` : '';
  return {
    url: `nats://${login}${bracketed(host)}:${port}`,
    port,
    host,
    name,
    user,
    password,
    pid: identity.pid,
    adopted,
    isAlive: () => isSame(identity),
    /** @param {NodeJS.Signals} name */
    signal: (name) => signal(identity, name),
    stop: (within = 2000) => stop(identity, within),
    /** Simulates a crash. Resolves when the process is gone. */
    async kill() {
      signal(identity, 'SIGKILL');
      await becomesTrue(() => !isSame(identity), 3000);
    },
  };
}
