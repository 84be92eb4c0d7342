// Attackers as a separate process, so that they do not slow down the client that measures. Arguments: one JSON
// (attack.ts).
import { randomBytes } from 'node:crypto';
import { connect } from 'node:net';
import { setPriority } from 'node:os';

const { port, connections, addresses, request, reads } = JSON.parse(process.argv[2]);
const AGAIN_MS = 2000;
let sent = 0;

// Real attackers have processors of their own.
setPriority(15);

for (let at = 0; at < connections; at++) attack(`127.0.${at % addresses}.1`);
setInterval(() => process.stdout.write(`${sent}\n`), 50);

/** Sends a request, and again as soon as it is answered; reconnects when it is thrown out. */
function attack(localAddress) {
  const socket = connect({ port, host: '127.0.0.1', localAddress });
  const ask = () => {
    sent++;
    socket.write(request.replaceAll('RANDOM', randomBytes(32).toString('base64url')));
  };
  socket.on('connect', ask).on('error', () => undefined);
  socket.on('close', () => setTimeout(attack, AGAIN_MS, localAddress));
  if (reads) socket.on('data', ask);
  else socket.pause();
}
