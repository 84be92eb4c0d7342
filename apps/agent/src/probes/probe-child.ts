import { get as getPlain, type IncomingMessage, type RequestOptions } from 'node:http';
import { get as getEncrypted } from 'node:https';
import { connect, isIP, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { connect as encrypt } from 'node:tls';
import { boundAddress, boundSocket, NotBound } from './bound-socket.js';
import type { ChildAsk, ChildWord } from './child-words.js';

/** What a server sends is read by an unprivileged process. If root itself cannot drop privileges here, it can do little else anyway. */
function becomeNobody(): void {
  if (process.getuid?.() !== 0) return;
  const nobody = 65534;
  try {
    process.setgroups?.([]);
    process.setgid?.(nobody);
    process.setuid?.(nobody);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') throw error;
  }
}

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
  becomeNobody();
  const ask = JSON.parse(await text(process.stdin)) as ChildAsk;
  try {
    if (ask.kind === 'tcp') tryTcp(ask);
    else tryHttp(ask);
  } catch (error) {
    if (!(error instanceof NotBound)) throw error;
    failed(error);
  }
}
