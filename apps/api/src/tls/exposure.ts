import { explain } from '@orrery/shared/contracts';
import { AppError } from '@orrery/shared/runtime';
import { isIPv4 } from 'node:net';

export interface ExposureSettings {
  listen: string;
  publicUrl: string | undefined;
  mode: 'auto' | 'on' | 'off';
  certFile: string | undefined;
  keyFile: string | undefined;
}

/** The source of the API's certificate. `private`: an authority that was created here, for this installation alone. */
export type TlsSource =
  { from: 'nowhere' } | { from: 'private' } | { from: 'files'; certFile: string; keyFile: string };

export function isLoopback(host: string): boolean {
  const name = host.replace(/^\[|\]$/g, '');
  return name === 'localhost' || name === '::1' || (isIPv4(name) && name.startsWith('127.'));
}

/** The rule of every bind: beyond loopback there is TLS, or no start. Throws AppError. */
export function decideTls({ listen, publicUrl, mode, certFile, keyFile }: ExposureSettings): TlsSource {
  if ((certFile === undefined) !== (keyFile === undefined))
    throw new AppError({ kind: 'user', ...explain('settings-invalid/half-a-certificate') });
  if (mode === 'off' && certFile) throw new AppError({ kind: 'user', ...explain('settings-invalid/tls-off') });
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

const plaintextRefused = (listen: string, url: string) =>
  new AppError({ kind: 'user', ...explain('plaintext-refused/listen', { listen, url }) });
