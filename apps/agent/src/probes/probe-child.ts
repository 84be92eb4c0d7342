import { spawn, type ChildProcess } from 'node:child_process';
import { stat } from 'node:fs/promises';
import { get as getPlain, type IncomingMessage, type RequestOptions } from 'node:http';
import { get as getEncrypted } from 'node:https';
import { connect, isIP, Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { dirname } from 'node:path';
import { connect as encrypt } from 'node:tls';
import { boundAddress, boundSocket, NotBound } from './bound-socket.js';
import type { ChildAsk, ChildWord } from './child-words.js';

const NOBODY = 65534;
/** A process that was started as nobody watches this descriptor: it closes when the one that started it is gone. */
const STARTER_FD = 3;
const AS_NOBODY = 'as-nobody';

/**
 * What a server sends is read by an unprivileged process. If root itself cannot drop privileges here, it can do little else anyway.
 * False: Node cannot do it. One that is linked against the libuv of its distribution, as Debian's is, refuses (CVE-2024-22017).
 */
function becomeNobody(): boolean {
  if (process.getuid?.() !== 0) return true;
  try {
    process.setgroups?.([]);
    process.setgid?.(NOBODY);
    process.setuid?.(NOBODY);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ERR_INVALID_STATE') return false;
    if (code !== 'EPERM') throw error;
  }
  return true;
}

/** Starts this program once more, as nobody, and ends as that does. False: the kernel does not allow it. */
async function startAsNobody(): Promise<boolean> {
  const closed = await whatIsClosed(process.argv[1] ?? '');
  if (closed !== undefined)
    throw new Error(
      `the user nobody cannot read ${closed}, and this Node.js cannot change users by itself: move Orrery to a folder that everybody can read`,
    );
  const child = spawnAsNobody();
  if (!child) return false;
  process.on('SIGINT', () => child.kill('SIGINT'));
  return new Promise((_resolve, reject) => {
    child.on('error', reject).on('exit', (code) => process.exit(code ?? 1));
  });
}

/** Undefined: this root has no right to change users. Then it can do little else anyway. */
function spawnAsNobody(): ChildProcess | undefined {
  try {
    return spawn(process.execPath, [...process.execArgv, ...process.argv.slice(1), AS_NOBODY], {
      ...{ uid: NOBODY, gid: NOBODY },
      stdio: ['inherit', 'inherit', 'inherit', 'pipe'],
    });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EPERM') return undefined;
    throw error;
  }
}

/** The first of the program and the folders above it that others may not read; undefined: nobody can run it. */
async function whatIsClosed(path: string): Promise<string | undefined> {
  const [OTHERS_READ, OTHERS_ENTER] = [0o4, 0o1];
  for (let at = path; ; at = dirname(at)) {
    const { mode } = await stat(at);
    if ((mode & (at === path ? OTHERS_READ : OTHERS_ENTER)) === 0) return at;
    if (at === dirname(at)) return undefined;
  }
}

/** Nobody else would end it if its starter is killed. */
const endWithStarter = () => {
  new Socket({ fd: STARTER_FD })
    .on('error', () => process.exit(1))
    .on('close', () => process.exit(1))
    .resume()
    .unref();
};

/** Milliseconds since `began`, to a tenth. */
const since = (began: number) => Math.round((performance.now() - began) * 10) / 10;
const say = (word: ChildWord) => process.stdout.write(`${JSON.stringify(word)}\n`);
/** Exits once the output is flushed. */
const end = (word: ChildWord) => process.stdout.write(`${JSON.stringify(word)}\n`, () => process.exit(0));
const failed = (error: NodeJS.ErrnoException) =>
  end({ word: 'failed', code: error.code ?? '', message: error.message.replaceAll('::ffff:', '').slice(0, 300) });

/** By the interface that was judged or not at all; by any if none was judged. Throws NotBound. */
const open = ({ device, address, port }: ChildAsk): Socket =>
  device === null
    ? connect({ host: address, port })
    : boundSocket(device).connect({ host: boundAddress(address), port });

function tryTcp(ask: ChildAsk): void {
  const began = performance.now();
  open(ask)
    .on('error', failed)
    .on('connect', () => end({ word: 'connected', ms: since(began) }));
}

function tryHttp(ask: ChildAsk): void {
  const { address, port, url = '', maxBytes } = ask;
  const { protocol, hostname, host, pathname, search } = new URL(url);
  const name = hostname.replace(/^\[|\]$/g, '');
  const isEncrypted = protocol === 'https:';
  const secure = { host: address, ALPNProtocols: ['http/1.1'], ...(isIP(name) === 0 ? { servername: name } : {}) };
  const options: RequestOptions = {
    ...{ host: address, port, path: pathname + search },
    headers: { host, accept: '*/*', 'user-agent': 'orrery-probe' },
    createConnection: () => (isEncrypted ? encrypt({ ...secure, socket: open(ask) }) : open(ask)),
  };
  const began = performance.now();
  (isEncrypted ? getEncrypted : getPlain)(options, (response) => read(response, maxBytes, since(began)))
    .on('error', failed)
    .on('socket', (socket: Socket) => {
      socket.on(isEncrypted ? 'secureConnect' : 'connect', () => say({ word: 'connected', ms: since(began) }));
    });
}

function read(response: IncomingMessage, maxBytes: number, ms: number): void {
  const { statusCode = 0, headers } = response;
  say({ word: 'answered', ms, status: statusCode, location: headers.location?.slice(0, 4096) ?? null });
  let bytes = 0;
  response
    .on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes <= maxBytes) return;
      end({ word: 'ended', bytes: maxBytes, isWhole: false });
      response.destroy();
    })
    .on('end', () => end({ word: 'ended', bytes, isWhole: true }))
    .on('error', (error: NodeJS.ErrnoException) => {
      if (bytes <= maxBytes) failed(error);
    });
}

/** A separate process inside a node's network namespace, running as nobody. It imports nothing but Node. */
export async function probeChild(): Promise<void> {
  if (process.argv.at(-1) === AS_NOBODY) endWithStarter();
  else if (!becomeNobody()) {
    const began = startAsNobody().catch((error: unknown) => {
      process.stderr.write(`${String(error)}\n`);
      process.exit(1);
    });
    if (await began) return;
  }
  const ask = JSON.parse(await text(process.stdin)) as ChildAsk;
  try {
    if (ask.kind === 'tcp') tryTcp(ask);
    else tryHttp(ask);
  } catch (error) {
    if (!(error instanceof NotBound)) throw error;
    failed(error);
  }
}
