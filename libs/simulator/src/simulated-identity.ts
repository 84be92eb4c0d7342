import { randomBytes } from 'node:crypto';
import { Secret } from '@orrery/shared/runtime';
import type { NodeSecrets } from '@orrery/shared/machine';
import { IDENTITY_BYTES, identityFrom } from './model/identity.js';
import { newToken } from './simulated-host.js';

/** An identity for a simulated node: generated at once, and never used on a real network. */
export function simulatedIdentity(): NodeSecrets {
  const { identity, secret } = identityFrom(randomBytes(IDENTITY_BYTES));
  const { address, public: identityPublic } = identity;
  return { address, identityPublic, identitySecret: new Secret(secret), authToken: new Secret(newToken()) };
}
