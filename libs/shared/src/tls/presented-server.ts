import { connect } from 'node:tls';
import { pinOf } from './pin.js';

export interface PresentedServer {
  /** The pin of the certificate that the server presented. Nobody has verified its owner. */
  pin: string;
  /** True if a public CA vouches for the certificate and its name. */
  isPublic: boolean;
}

/** Finds out which key a server presents, before anybody trusts it. Nothing is sent to it. */
export function presentedServer(url: string, timeoutMs = 10_000): Promise<PresentedServer> {
  const { hostname, port } = new URL(url);
  const host = hostname.replace(/^\[|\]$/g, '');
  const servername = /^[\d.]+$|:/.test(host) ? {} : { servername: host };
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port: Number(port || 443), rejectUnauthorized: false, ...servername });
    socket.setTimeout(timeoutMs, () => socket.destroy(new Error('timed out')));
    socket.once('error', reject);
    socket.once('secureConnect', () => {
      const certificate = socket.getPeerX509Certificate();
      const isPublic = socket.authorized;
      socket.destroy();
      if (certificate) resolve({ pin: pinOf(certificate.raw), isPublic });
      else reject(new Error('the server presents no certificate'));
    });
  });
}
