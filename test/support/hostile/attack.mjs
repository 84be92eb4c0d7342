// A program with one host's credentials that speaks NATS by hand and does what no client library would. It is a
// separate process, so that its cost is not measured as the wait of the host beside it. The first line of its stdin
// configures it; it ends when stdin does.
import { createPrivateKey, sign } from 'node:crypto';
import { once } from 'node:events';
import { connect as dial } from 'node:net';
import { createInterface } from 'node:readline';

/**
 * @typedef {object} Attack
 * @property {string} address @property {number} port @property {string} jwt @property {string} seed the 32 raw bytes of the key, in hex
 * @property {number} connections kept open at a time; one that is closed is opened again at once
 * @property {string[]} subscriptions what each of them subscribes to, "subject" or "subject queue"
 * @property {boolean} [reads] whether it ever reads what it is sent
 * @property {{ subject: string, reply?: string, body: string, atOnce: number, everyMs: number, most: number }[]} [requests]
 * @property {boolean} [floods] whether requests come from every connection, as fast as the socket takes them
 */

const lines = createInterface({ input: process.stdin }).once('close', () => process.exit(0));
const [line] = await once(lines, 'line');
/** @type {Attack} */
const attack = JSON.parse(line);
const key = createPrivateKey({
  key: Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), Buffer.from(attack.seed, 'hex')]),
  format: 'der',
  type: 'pkcs8',
});
const told = { connected: 0, closed: 0, refused: {}, sent: 0 };
const open = new Set();
const encoded = (attack.requests ?? []).map((request) => {
  const { subject, reply, body } = request;
  const line = `PUB ${subject} ${reply ? `${reply} ` : ''}${Buffer.byteLength(body)}\r\n`;
  return { ...request, left: request.most, bytes: Buffer.from(`${line}${body}\r\n`) };
});

function open1() {
  const socket = dial(attack.port, attack.address);
  socket.on('error', () => undefined);
  socket.once('data', (info) => {
    const nonce = /"nonce":"([^"]+)"/.exec(info.toString())?.[1] ?? '';
    const sig = sign(null, Buffer.from(nonce), key).toString('base64url');
    // A name of its own choice: nothing that it says about itself is allowed to identify it.
    const hello = {
      verbose: false,
      pedantic: false,
      jwt: attack.jwt,
      sig,
      user: 'somebody',
      name: 'somebody',
      headers: true,
      no_responders: true,
    };
    const subscriptions = attack.subscriptions.map((what, sid) => `SUB ${what} ${sid + 1}\r\n`).join('');
    socket.write(`CONNECT ${JSON.stringify(hello)}\r\n${subscriptions}PING\r\n`);
    socket.on('data', (data) => {
      const text = data.toString('latin1', 0, 4096);
      for (const [refusal] of text.matchAll(/-ERR '[A-Za-z ]*/g))
        told.refused[refusal] = (told.refused[refusal] ?? 0) + 1;
      if (text.includes('PING')) socket.write('PONG\r\n');
      if (!socket.counted && text.includes('PONG')) {
        socket.counted = true;
        told.connected += 1;
        open.add(socket);
        if (!attack.reads) socket.pause();
        if (attack.floods) pour(socket);
      }
    });
  });
  socket.once('close', () => {
    open.delete(socket);
    told.closed += 1;
    setTimeout(open1, attack.againMs ?? 5);
  });
}

function pour(socket) {
  const [request] = encoded;
  for (let count = 0; count < 1000; count++) {
    if (socket.destroyed) return;
    told.sent += 1;
    if (!socket.write(request.bytes)) return void socket.once('drain', () => pour(socket));
  }
  setImmediate(pour, socket);
}

function ask(request) {
  const [socket] = open;
  if (!socket) return;
  for (let count = 0; count < request.atOnce && request.left > 0; count++) {
    request.left -= 1;
    told.sent += 1;
    socket.write(request.bytes);
  }
}

for (let count = 0; count < attack.connections; count++) open1();
if (!attack.floods)
  for (const request of encoded)
    setInterval(() => open.size >= (attack.startsAt ?? 1) && ask(request), request.everyMs);
setInterval(() => process.stdout.write(`${JSON.stringify({ ...told, open: open.size })}\n`), 100);
