import { timingSafeEqual } from 'node:crypto';
import { request, type RequestOptions } from 'node:https';
import { Readable } from 'node:stream';
import { connect, rootCertificates, type ConnectionOptions, type TLSSocket } from 'node:tls';
import { pinOf } from './pin.js';

/** What a server must prove beyond plain HTTPS: everything given here must hold. */
export interface Trust {
  /** Its public key, in the form of `pinOf`. Given alone, it replaces the certificate chain. */
  pin?: string | undefined;
  /** A CA to trust besides the public ones, in PEM. */
  ca?: string | undefined;
}

/** The server is not the intended one; nothing was sent to it. */
export class UntrustedServer extends Error {
  readonly code = 'untrusted-server';
}

export interface TrustedInit {
  method?: string | undefined;
  headers?: Record<string, string> | undefined;
  body?: string | undefined;
  signal?: AbortSignal | undefined;
  redirect?: 'error';
}

/**
 * `fetch` for a server whose certificate comes from no public CA. The server is verified before the first byte of the request leaves, so
 * neither a token nor a body reaches another server. Redirects are not followed. Without trust, or over http, it is `fetch` itself.
 */
export async function trustedFetch(url: URL | string, init: TrustedInit, trust: Trust | undefined): Promise<Response> {
  const target = new URL(url);
  const { method = 'GET', headers = {}, body, signal } = init;
  if (target.protocol !== 'https:' || (!trust?.pin && !trust?.ca))
    return fetch(target, {
      method,
      headers,
      redirect: 'error',
      ...(body === undefined ? {} : { body }),
      signal: signal ?? null,
    });
  signal?.throwIfAborted();
  const socket = await connectTrusted(target, trust, signal);
  const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) };
  return send(target, { method, headers: { ...headers, ...length }, createConnection: () => socket }, body, signal);
}

function send(target: URL, options: RequestOptions, body: string | undefined, signal: AbortSignal | undefined) {
  return new Promise<Response>((resolve, reject) => {
    // Without an agent: any agent, even `false`, would open its own connection instead of using the verified one.
    const sent = request(target, { ...options, ...(signal ? { signal } : {}) }, (answer) => {
      const { statusCode: status = 502, headers: raw } = answer;
      if (status >= 300 && status < 400) {
        answer.destroy();
        return reject(new TypeError(`the server answered with a redirect (${status})`));
      }
      const headers = new Headers();
      for (const [name, value] of Object.entries(raw))
        for (const one of [value ?? []].flat()) headers.append(name, one);
      const content = [204, 205, 304].includes(status) ? null : (Readable.toWeb(answer) as ReadableStream<Uint8Array>);
      resolve(new Response(content, { status, headers }));
    });
    sent.once('error', (error) => reject(signal?.aborted ? (signal.reason as Error) : error));
    sent.end(body);
  });
}

/** A connection whose other end was verified. */
function connectTrusted(target: URL, { pin, ca }: Trust, signal: AbortSignal | undefined): Promise<TLSSocket> {
  const host = target.hostname.replace(/^\[|\]$/g, '');
  const options: ConnectionOptions = {
    host,
    port: Number(target.port || 443),
    ALPNProtocols: ['http/1.1'],
    // The pin is verified below; a chain is verified only if there is a CA to verify it against.
    rejectUnauthorized: ca !== undefined,
    ...(ca === undefined ? {} : { ca: [...rootCertificates, ca] }),
    ...(/^[\d.]+$|:/.test(host) ? {} : { servername: host }),
  };
  return new Promise((resolve, reject) => {
    const socket = connect(options);
    const fail = (error: Error) => {
      socket.destroy();
      reject(error);
    };
    const onAbort = () => fail(signal?.reason as Error);
    signal?.addEventListener('abort', onAbort, { once: true });
    socket.once('error', (error: Error) =>
      fail(isDistrust(error) ? new UntrustedServer(error.message, { cause: error }) : error),
    );
    socket.once('secureConnect', () => {
      signal?.removeEventListener('abort', onAbort);
      if (pin !== undefined && !hasPin(socket, pin))
        return fail(new UntrustedServer(`the key of ${target.host} is not the pinned one`));
      socket.removeAllListeners('error');
      resolve(socket);
    });
  });
}

function hasPin(socket: TLSSocket, pin: string): boolean {
  const certificate = socket.getPeerX509Certificate();
  if (!certificate) return false;
  const [is, wanted] = [Buffer.from(pinOf(certificate.raw), 'base64'), Buffer.from(pin, 'base64')];
  return is.length === wanted.length && timingSafeEqual(is, wanted);
}

/** OpenSSL's codes for an invalid chain, and Node's for a name that is not in the certificate. */
const isDistrust = ({ code }: NodeJS.ErrnoException) =>
  /^(ERR_TLS_CERT_ALTNAME_INVALID|UNABLE_TO_|CERT_|SELF_SIGNED_|DEPTH_ZERO_|INVALID_)/.test(code ?? '');
