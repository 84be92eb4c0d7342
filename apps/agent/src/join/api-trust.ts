import { explain } from '@orrery/shared/contracts';
import { AppError, describeError, type Secret } from '@orrery/shared/runtime';
import type { Trust } from '@orrery/shared/tls';
import { readFile } from 'node:fs/promises';
import type { AgentConfig } from '../config.js';

const JOIN_TOKEN = /^orj1\.([A-Za-z0-9_-]+)$/;
const HALF = 32;

/**
 * How this host recognizes the API: by the CA and the pin in its settings, or by the pin in the second half of its join token.
 * Undefined: by the public CAs.
 */
export async function apiTrust(
  config: Pick<AgentConfig, 'apiPin' | 'apiCaFile'>,
  token?: Secret,
): Promise<Trust | undefined> {
  const ca = config.apiCaFile === undefined ? undefined : await readAuthority(config.apiCaFile);
  const pin = config.apiPin ?? (token && pinInToken(token.reveal()));
  return ca === undefined && pin === undefined ? undefined : { ca, pin };
}

/** A join token may carry the pin of the API that issued it, so nobody can redirect its holder to another API. */
export function pinInToken(token: string): string | undefined {
  const bytes = Buffer.from(JOIN_TOKEN.exec(token)?.[1] ?? '', 'base64url');
  return bytes.length === 2 * HALF ? bytes.subarray(HALF).toString('base64') : undefined;
}

async function readAuthority(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw new AppError({
      kind: 'operational',
      ...explain('api-authority-unreadable/file', { error: describeError(error) }),
      origin: error,
    });
  }
}
