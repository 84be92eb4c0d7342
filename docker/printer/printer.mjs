// A printer of the LAN, as far as HTTP goes: says what it is, has a document of 100 MB, and prints who asks.
//   node printer.mjs          serves on port 80
//   node printer.mjs check    exits 0 if it does
import { createServer, get } from 'node:http';

const PORT = 80;
const MB = 1_000_000;
const DOCUMENT_MB = 100;

const end = (code) => process.exit(code);

if (process.argv[2] === 'check') {
  get({ port: PORT, timeout: 3_000 }, ({ statusCode }) => end(statusCode === 200 ? 0 : 1)).on('error', () => end(1));
} else {
  const server = createServer(({ method, url, socket }, answer) => {
    console.log(`${new Date().toISOString()} ${socket.remoteAddress?.replace('::ffff:', '')} ${method} ${url}`);
    if (url !== '/document') return void answer.end('a printer, without ZeroTier\n');
    answer.writeHead(200, { 'content-length': DOCUMENT_MB * MB });
    const page = Buffer.alloc(MB, 'x');
    let left = DOCUMENT_MB;
    const write = () => {
      while (left-- > 0) if (!answer.write(page)) return void answer.once('drain', write);
      answer.end();
    };
    write();
  });
  server.listen(PORT, () => console.log(`listening on port ${PORT}`));
  process.on('SIGTERM', () => end(0));
}
