// broadcast.mjs answer PORT              says "here, TEXT" to whoever broadcasts TEXT
// broadcast.mjs call ADDRESS PORT TEXT   broadcasts TEXT to ADDRESS, prints who answers, and ends with the first answer
import { createSocket } from 'node:dgram';

const [action, ...words] = process.argv.slice(2);
const socket = createSocket({ type: 'udp4', reuseAddr: true });

if (action === 'answer') {
  socket.on('message', (text, { address, port }) => socket.send(`here, ${text}`, port, address));
  socket.bind(Number(words[0]), '0.0.0.0');
} else {
  const [address, port, text] = words;
  socket.on('message', (answer, from) => {
    console.log(`${from.address} ${answer}`);
    process.exit(0);
  });
  socket.bind(() => {
    socket.setBroadcast(true);
    socket.send(text, Number(port), address);
  });
  setTimeout(() => process.exit(1), 1500);
}
