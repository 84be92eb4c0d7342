/** A node's identity in the text form of identity.public and identity.secret: `address:0:public[:secret]`. */

export interface Identity {
  readonly address: string;
  /** `address:0:<128 hex>`: the public part. */
  readonly public: string;
}

const PUBLIC = /^([0-9a-f]{10}):0:([0-9a-f]{128})$/;
const SECRET = /^([0-9a-f]{10}):0:([0-9a-f]{128}):([0-9a-f]{128})$/;

/** Accepts either form and drops the secret half. Undefined: not an identity. */
export function parseIdentity(text: string): Identity | undefined {
  const match = PUBLIC.exec(text.trim()) ?? SECRET.exec(text.trim());
  const [, address = '', key = ''] = match ?? [];
  return match ? { address, public: `${address}:0:${key}` } : undefined;
}

export const hasSecret = (text: string): boolean => SECRET.test(text.trim());

const hexOf = (bytes: Uint8Array): string => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');

/** How many random bytes an identity needs: 5 for the address, 64 for each half of the key. */
export const IDENTITY_BYTES = 133;

/**
 * An identity that looks real, from the caller's random bytes. The real tool derives the address from the key by a slow hash; nothing
 * here checks that, so the address is simply random. The first byte 0xff is reserved, and an address of 0 is invalid.
 */
export function identityFrom(random: Uint8Array): { readonly identity: Identity; readonly secret: string } {
  const bytes = Uint8Array.from(random.subarray(0, IDENTITY_BYTES));
  const first = bytes[0] ?? 0;
  if (first === 0xff || first === 0) bytes[0] = 0x5a;
  const address = hexOf(bytes.subarray(0, 5));
  const text = `${address}:0:${hexOf(bytes.subarray(5, 69))}`;
  return { identity: { address, public: text }, secret: `${text}:${hexOf(bytes.subarray(69))}` };
}
