import { ensurePrivateFolder, writeFileDurably } from '@orrery/shared/runtime';
import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { isIP } from 'node:net';
import { join } from 'node:path';
import { readOrMakeSecret } from '../secrets/secret-file.js';

export interface TlsMaterial {
  /** PEM, the server's certificate and its chain. */
  certificate: string;
  key: string;
  /** PEM of the authority that was created here; undefined if the certificate was given. */
  authority: string | undefined;
}

/** The files below `secrets/tls`. */
export const tlsFiles = (folder: string) => ({
  authorityKey: join(folder, 'ca.key'),
  authority: join(folder, 'ca.crt'),
  key: join(folder, 'server.key'),
  certificate: join(folder, 'server.crt'),
});

/**
 * The private authority and the server's certificate for these names. Both are created at the first start; the
 * certificate is renewed when a third of its life is left or a name is missing. The server's key stays the same, so
 * that a pin stays valid.
 */
export async function ensurePrivateTls(folder: string, names: string[], now = Date.now()): Promise<TlsMaterial> {
  // Loading the certificate code is a tenth of an API's start, and most APIs on loopback create none.
  const { newAuthority, newKey, newServerCertificate } = await import('./certificates.js');
  await ensurePrivateFolder(folder);
  const files = tlsFiles(folder);
  const authorityKey = (await readOrMakeSecret(files.authorityKey, newKey)).reveal();
  const madeAuthority = await newAuthority(authorityKey);
  const authority = `${(await readOrMakeSecret(files.authority, () => madeAuthority)).reveal()}\n`;
  const key = (await readOrMakeSecret(files.key, newKey)).reveal();
  const kept = await readFile(files.certificate, 'utf8').catch(() => undefined);
  if (kept && fits(new X509Certificate(kept), new X509Certificate(authority), names, now))
    return { certificate: kept, key, authority };
  const certificate = await newServerCertificate({ key: authorityKey, certificate: authority }, key, names);
  await writeFileDurably(files.certificate, certificate);
  return { certificate, key, authority };
}

function fits(certificate: X509Certificate, authority: X509Certificate, names: string[], now: number): boolean {
  const [from, to] = [Date.parse(certificate.validFrom), Date.parse(certificate.validTo)];
  if (to - now < (to - from) / 3 || from > now) return false;
  if (!certificate.checkIssued(authority) || !certificate.verify(authority.publicKey)) return false;
  return names.every((name) => (isIP(name) ? certificate.checkIP(name) : certificate.checkHost(name)) !== undefined);
}
