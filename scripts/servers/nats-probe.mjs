// Identifies a NATS server by its INFO line, then logs in and sends a PING. This needs no client library.
import { createPrivateKey, sign } from 'node:crypto';
import { connect } from 'node:net';
import { connect as connectTls } from 'node:tls';

/**
 * @param {{ port: number, host?: string, user?: string, password?: string, creds?: string, within?: number }} server `creds`: text of a
 *   credentials file, instead of user and password. The certificate of a server with TLS is not checked, only its login
 * @returns {Promise<{ server_name: string, version: string }>} its INFO; rejects when it does not answer or refuses the login
 */
export function probeNats({ port, host = '127.0.0.1', user, password, creds, within = 1000 }) {
  return new Promise((resolve, reject) => {
    let socket = connect({ port, host });
    const end = (settle, value) => {
      socket.destroy();
      settle(value);
    };
    let received = '';
    let info;
    const watch = () => {
      socket.setTimeout(within, () => end(reject, new Error(`No NATS server answers on ${host}:${port}.`)));
      socket.once('error', (error) => end(reject, error));
      socket.once('close', () => reject(new Error(`${host}:${port} closed the connection.`)));
      socket.on('data', take);
    };
    const take = (chunk) => {
      received += chunk;
      if (!info && received.includes('\r\n')) {
        info = parseInfo(received);
        if (!info) return end(reject, new Error(`${host}:${port} is not a NATS server.`));
        if (info.tls_required) {
          socket.removeAllListeners();
          socket = connectTls({ socket, rejectUnauthorized: false });
          watch();
        }
        const who = creds ? signedLogin(creds, info.nonce) : { user, pass: password };
        const login = { verbose: false, pedantic: false, lang: 'node', version: '1', ...who };
        socket.write(`CONNECT ${JSON.stringify(login)}\r\nPING\r\n`);
      }
      if (received.includes('\r\nPONG')) end(resolve, info);
      if (received.includes('\r\n-ERR'))
        end(reject, new Error(`NATS on ${host}:${port} refused: ${received.split('-ERR ')[1]}`));
    };
    watch();
  });
}

/** A login by JWT: the server's nonce, signed with the key that the JWT is for. */
function signedLogin(creds, nonce = '') {
  const [jwt, seed] = [...creds.matchAll(/^-{3,}BEGIN [^-]+-{3,}\s+(\S+)/gm)].map(([, text]) => text);
  const pkcs8 = Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), seedBytes(seed)]); // RFC 8410
  const key = createPrivateKey({ key: pkcs8, format: 'der', type: 'pkcs8' });
  return { jwt, sig: sign(null, Buffer.from(nonce), key).toString('base64url') };
}

/** The 32 bytes in a seed: base32, after two bytes that say what it is, before two that check it. */
function seedBytes(text) {
  const bits = [...text].map((letter) =>
    'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(letter).toString(2).padStart(5, '0'),
  );
  const bytes = bits.join('').match(/.{8}/g) ?? [];
  return Buffer.from(bytes.map((byte) => Number.parseInt(byte, 2))).subarray(2, 34);
}

function parseInfo(received) {
  try {
    return received.startsWith('INFO ') ? JSON.parse(received.slice(5, received.indexOf('\r\n'))) : undefined;
  } catch {
    return undefined;
  }
}
