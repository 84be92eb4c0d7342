// A program of its own: it runs inside a node's network namespace, as nobody, and imports nothing but Node.
import { get as getPlain, type IncomingMessage, type RequestOptions } from 'node:http';
import { get as getEncrypted } from 'node:https';
import { connect, isIP, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import type { ChildAsk, ChildWord } from './child-words.js';

/** What a server sends is read by a process that may do nothing. */
function becomeNobody(): void {
  if (process.getuid?.() !== 0) return;
  const nobody = 65534;
  process.setgroups?.([]);
  process.setgid?.(nobody);
  process.setuid?.(nobody);
}

const began = performance.now();
const since = () => Math.round((performance.now() - began) * 10) / 10;
const say = (word: ChildWord) => process.stdout.write(`${JSON.stringify(word)}\n`);
/** The words are out before the process ends. */
const end = (word: ChildWord) => process.stdout.write(`${JSON.stringify(word)}\n`, () => process.exit(0));
const failed = (error: NodeJS.ErrnoException) =>
  end({ word: 'failed', code: error.code ?? '', message: error.message.slice(0, 300) });

function tryTcp({ address, port }: ChildAsk): void {
  connect({ host: address, port })
    .on('error', failed)
    .on('connect', () => end({ word: 'connected', ms: since() }));
}

function tryHttp({ address, port, url = '', maxBytes }: ChildAsk): void {
  const { protocol, hostname, host, pathname, search } = new URL(url);
  const name = hostname.replace(/^\[|\]$/g, '');
  const isEncrypted = protocol === 'https:';
  const options: RequestOptions & { servername?: string } = {
    ...{ host: address, port, path: pathname + search, agent: false },
    headers: { host, accept: '*/*', 'user-agent': 'orrery-probe' },
    ...(isEncrypted && isIP(name) === 0 ? { servername: name } : {}),
  };
  (isEncrypted ? getEncrypted : getPlain)(options, (response) => read(response, maxBytes))
    .on('error', failed)
    .on('socket', (socket: Socket) => {
      socket.on(isEncrypted ? 'secureConnect' : 'connect', () => say({ word: 'connected', ms: since() }));
    });
}

function read(response: IncomingMessage, maxBytes: number): void {
  const { statusCode = 0, headers } = response;
  say({ word: 'answered', ms: since(), status: statusCode, location: headers.location?.slice(0, 4096) ?? null });
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

becomeNobody();
const ask = JSON.parse(await text(process.stdin)) as ChildAsk;
if (ask.kind === 'tcp') tryTcp(ask);
else tryHttp(ask);
