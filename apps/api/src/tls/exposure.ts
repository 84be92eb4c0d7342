import { AppError } from '@orrery/shared/runtime';
import { isIPv4 } from 'node:net';

export interface ExposureSettings {
  listen: string;
  publicUrl: string | undefined;
  mode: 'auto' | 'on' | 'off';
  certFile: string | undefined;
  keyFile: string | undefined;
}

/** Where the API's certificate is from. `private`: of an authority that was made here, for this installation alone. */
export type TlsSource =
  { from: 'nowhere' } | { from: 'private' } | { from: 'files'; certFile: string; keyFile: string };

export function isLoopback(host: string): boolean {
  const name = host.replace(/^\[|\]$/g, '');
  return name === 'localhost' || name === '::1' || (isIPv4(name) && name.startsWith('127.'));
}

/** The rule of every bind: beyond loopback there is TLS, or no start. Throws AppError. */
export function decideTls({ listen, publicUrl, mode, certFile, keyFile }: ExposureSettings): TlsSource {
  if ((certFile === undefined) !== (keyFile === undefined))
    throw wrong(
      'ORRERY_TLS_CERT and ORRERY_TLS_KEY belong together',
      'Give both, or none for a certificate made here.',
    );
  if (mode === 'off' && certFile)
    throw wrong('ORRERY_TLS is off, and a certificate is given', 'Leave one of them out.');
  const source = sourceOf();
  const isPlain = publicUrl?.startsWith('http:') ?? false;
  if (isPlain && source.from !== 'nowhere') throw plaintextRefused(listen, publicUrl as string);
  return source;

  function sourceOf(): TlsSource {
    if (certFile && keyFile) return { from: 'files', certFile, keyFile };
    if (mode === 'off' || (mode === 'auto' && isLoopback(listen))) return { from: 'nowhere' };
    return { from: 'private' };
  }
}

const wrong = (cause: string, fix: string) => new AppError({ code: 'settings-invalid', kind: 'user', cause, fix });

const plaintextRefused = (listen: string, url: string) =>
  new AppError({
    code: 'plaintext-refused',
    kind: 'user',
    cause: `the API is to listen on ${listen} and to be called as ${url}: tokens would cross the network unencrypted`,
    fix: `Write https: in ORRERY_PUBLIC_URL (a certificate is made here), or listen on 127.0.0.1. Only when something else encrypts or fences the way: ORRERY_TLS=off.`,
  });
