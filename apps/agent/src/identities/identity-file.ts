import { readFile } from 'node:fs/promises';
import { NodeAddress } from '@orrery/shared/contracts';
import { Secret, writeFileDurably } from '@orrery/shared/runtime';
import { z } from 'zod';
import type { NodeSecrets } from '@orrery/shared/machine';

const IdentityFile = z.object({
  address: NodeAddress,
  identityPublic: z.string(),
  identitySecret: z.string(),
  authToken: z.string(),
  udpPort: z.int().min(1).max(65_535).optional(),
});

/** Throws when the file is missing or is not an identity file of ours. */
export async function readIdentity(path: string): Promise<NodeSecrets> {
  const { identitySecret, authToken, ...rest } = IdentityFile.parse(JSON.parse(await readFile(path, 'utf8')));
  return { ...rest, identitySecret: new Secret(identitySecret), authToken: new Secret(authToken) };
}

/** Mode 0600, and durable when it resolves. */
export async function writeIdentity(path: string, secrets: NodeSecrets): Promise<void> {
  const { identitySecret, authToken, ...rest } = secrets;
  const content = { ...rest, identitySecret: identitySecret.reveal(), authToken: authToken.reveal() };
  await writeFileDurably(path, JSON.stringify(content));
}
