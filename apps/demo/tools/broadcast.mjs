// broadcast.mjs answer PORT              answers "here, TEXT" to every broadcast of TEXT
// broadcast.mjs call ADDRESS PORT TEXT FROM   broadcasts TEXT to ADDRESS, prints the answer of FROM, and exits
import { createSocket } from 'node:dgram';

const [action, ...words] = process.argv.slice(2);
const socket = createSocket({ type: 'udp4', reuseAddr: true });

if (action === 'answer') {
  socket.on('message', (text, { address, port }) => socket.send(`here, ${text}`, port, address));
  socket.bind(Number(words[0]), '0.0.0.0');
} else {
  const [address, port, text, sender] = words;
  socket.on('message', (answer, from) => {
    // A broadcast also reaches its own machine, which may answer, too.
    if (from.address !== sender) return;
    console.log(`${from.address} ${answer}`);
    process.exit(0);
  });
  socket.bind(() => {
    socket.setBroadcast(true);
    socket.send(text, Number(port), address);
  });
  setTimeout(() => process.exit(1), 1500);
}
