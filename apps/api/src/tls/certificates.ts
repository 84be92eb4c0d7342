import 'reflect-metadata';
import {
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  AuthorityKeyIdentifierExtension,
  X509CertificateGenerator,
} from '@peculiar/x509';
import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  randomBytes,
  webcrypto,
  X509Certificate,
} from 'node:crypto';
import { isIP } from 'node:net';

const DAY_MS = 86_400_000;
const AUTHORITY_DAYS = 20 * 365;
/** The longest validity that browsers accept. */
const SERVER_DAYS = 397;
const ECDSA = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };

/** A private key in PEM (PKCS 8): ECDSA over P-256, which all TLS software supports. */
export function newKey(): string {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return privateKey.export({ type: 'pkcs8', format: 'pem' }) as string;
}

/** The certificate of an authority over its own key: it signs servers, and no further authorities. */
export async function newAuthority(key: string): Promise<string> {
  const keys = await keysOf(key);
  const certificate = await X509CertificateGenerator.createSelfSigned({
    ...validFor(AUTHORITY_DAYS),
    name: `CN=Orrery ${randomBytes(4).toString('hex')}`,
    keys,
    signingAlgorithm: ECDSA,
    extensions: [
      new BasicConstraintsExtension(true, 0, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
      await SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return `${certificate.toString('pem')}\n`;
}

export interface Authority {
  key: string;
  certificate: string;
}

/** A certificate for the server with this key, for these DNS names and addresses. */
export async function newServerCertificate(authority: Authority, key: string, names: string[]): Promise<string> {
  const issuer = new X509Certificate(authority.certificate);
  const issuerKeys = await keysOf(authority.key);
  const { publicKey } = await keysOf(key);
  const certificate = await X509CertificateGenerator.create({
    ...validFor(SERVER_DAYS),
    subject: 'CN=Orrery API',
    issuer: issuer.subject,
    publicKey,
    signingKey: issuerKeys.privateKey,
    signingAlgorithm: ECDSA,
    extensions: [
      new BasicConstraintsExtension(false, undefined, true),
      new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
      new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth]),
      new SubjectAlternativeNameExtension(
        names.map((value) => (isIP(value) ? { type: 'ip', value } : { type: 'dns', value })),
      ),
      await SubjectKeyIdentifierExtension.create(publicKey),
      await AuthorityKeyIdentifierExtension.create(issuerKeys.publicKey),
    ],
  });
  return `${certificate.toString('pem')}\n`;
}

/** From yesterday on, so that a host whose clock is somewhat slow still accepts it. */
function validFor(days: number) {
  const now = Date.now();
  return { notBefore: new Date(now - DAY_MS), notAfter: new Date(now + days * DAY_MS) };
}

async function keysOf(pem: string) {
  const key = createPrivateKey(pem);
  const { subtle } = webcrypto;
  const [pkcs8, spki] = [
    key.export({ type: 'pkcs8', format: 'der' }),
    createPublicKey(key).export({ type: 'spki', format: 'der' }),
  ];
  return {
    privateKey: await subtle.importKey('pkcs8', pkcs8, ECDSA, false, ['sign']),
    publicKey: await subtle.importKey('spki', spki, ECDSA, true, ['verify']),
  };
}
