import { writeFileDurably } from '@orrery/shared/runtime';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { ApiConfig } from '../config.js';

/** Records how this machine itself reaches the API, so that the CLI on it need not be told that it uses HTTPS. */
export async function noteLocalUrl(
  { home, listen, tls }: Pick<ApiConfig, 'home' | 'listen' | 'tls'>,
  { port }: Pick<AddressInfo, 'port'>,
): Promise<void> {
  const host = ['0.0.0.0', '::'].includes(listen) ? '127.0.0.1' : listen.includes(':') ? `[${listen}]` : listen;
  const url = `${tls.from === 'nowhere' ? 'http' : 'https'}://${host}:${port}`;
  await writeFileDurably(join(home, 'api.json'), `${JSON.stringify({ url, port })}\n`);
}
