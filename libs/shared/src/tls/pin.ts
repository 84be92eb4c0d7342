import { createHash, X509Certificate } from 'node:crypto';

/** Base64 of the SHA-256 of the certificate's public key (its SPKI), as curl's `--pinnedpubkey sha256//…` expects it. */
export function pinOf(certificate: string | Buffer): string {
  const spki = new X509Certificate(certificate).publicKey.export({ type: 'spki', format: 'der' });
  return createHash('sha256').update(spki).digest('base64');
}
