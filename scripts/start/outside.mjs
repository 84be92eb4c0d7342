// Beyond loopback everything is TLS: the API and NATS show one certificate, which is made before both.
import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { isIPv4 } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';

export function isLoopback(address) {
  return address === 'localhost' || address === '::1' || (isIPv4(address) && address.startsWith('127.'));
}

/**
 * Whether the API will speak TLS; the API itself decides by the same rule, and refuses what does not fit.
 * @param {string} listen
 * @param {NodeJS.ProcessEnv} env
 */
export const speaksTls = (listen, env) =>
  env.ORRERY_TLS !== 'off' && (Boolean(env.ORRERY_TLS_CERT) || env.ORRERY_TLS === 'on' || !isLoopback(listen));

/**
 * The files that NATS shows; made when nobody gave others. Undefined without TLS.
 * @param {import('./stack.mjs').Settings} settings
 * @param {string} root
 * @returns {Promise<{ cert: string, key: string } | undefined>}
 */
export async function makeTls({ tls, home, listen, publicUrl, secrets }, root, env = process.env) {
  if (!tls) return undefined;
  const { ORRERY_TLS_CERT: cert, ORRERY_TLS_KEY: key } = env;
  if (cert && !key) throw new Error('ORRERY_TLS_CERT needs ORRERY_TLS_KEY, the file of its private key.');
  if (cert && key) return { cert, key };
  const program = join(root, 'apps/api/dist/tls/make-tls.js');
  await promisify(execFile)(process.execPath, [program, home, listen, ...(publicUrl ? [publicUrl] : [])]);
  return { cert: join(secrets, 'tls/server.crt'), key: join(secrets, 'tls/server.key') };
}

/** The file of the private authority, when there is one and it is needed. */
export function authorityFile({ tls, secrets }, env = process.env) {
  const file = join(secrets, 'tls/ca.crt');
  return tls && !env.ORRERY_TLS_CERT && existsSync(file) ? file : undefined;
}

/** @returns {string | undefined} PEM */
export function authority(settings) {
  const file = authorityFile(settings);
  return file && readFileSync(file, 'utf8');
}
