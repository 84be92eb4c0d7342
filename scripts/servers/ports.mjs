// Loopback ports. A port is recorded beside the data, so that URLs survive a restart.
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';

/** @returns {Promise<number>} a port of this address that is free right now */
function freePort(host = '127.0.0.1') {
  return listenOnce(0, host).then((port) => /** @type {number} */ (port));
}

/** @param {number} port */
export async function isPortFree(port, host = '127.0.0.1') {
  return (await listenOnce(port, host)) !== undefined;
}

/**
 * The port recorded in `file` if it is free, else another one, which is recorded there.
 * @param {string} file
 * @param {number} [wanted]
 * @param {string} [host] address on which it must be free
 */
export async function rememberedPort(file, wanted, host = '127.0.0.1') {
  const remembered = wanted ?? Number(readIfThere(file));
  const port = remembered && (await isPortFree(remembered, host)) ? remembered : await freePort(host);
  if (wanted && port !== wanted) throw new Error(`Port ${wanted} is in use.`);
  writeFileSync(file, `${port}\n`, { mode: 0o600 });
  return port;
}

function readIfThere(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

function listenOnce(port, host) {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', (/** @type {NodeJS.ErrnoException} */ error) =>
      error.code === 'EADDRINUSE' ? resolve(undefined) : reject(error),
    );
    server.listen({ port, host, exclusive: true }, () => {
      const { port: taken } = /** @type {import('node:net').AddressInfo} */ (server.address());
      server.close(() => resolve(taken));
    });
  });
}
