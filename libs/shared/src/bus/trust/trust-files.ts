import { randomBytes } from 'node:crypto';
import { link, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createAccount, createOperator, createUser, fromSeed, type KeyPair } from '@nats-io/nkeys';
import { ensurePrivateFolder, writeFileDurably } from '../../runtime/files.js';
import { signed } from './nkey.js';

const KINDS = {
  operator: createOperator,
  account: createAccount,
  system: createAccount,
  /** Signs the JWTs of agents, and cannot grant them more than its template allows. */
  agents: createAccount,
  'api-desired': createUser,
  'api-answers': createUser,
  'api-system': createUser,
};

export type TrustKeys = Record<keyof typeof KINDS, KeyPair>;

/** The keys in this folder; each is created once, mode 0600. If two processes start at once, they agree on one. */
export async function readOrMakeKeys(folder: string): Promise<TrustKeys> {
  const entries = Object.entries(KINDS).map(async ([name, create]) => {
    const file = join(folder, `${name}.seed`);
    const seed = (await read(file)) ?? (await make(folder, file, new TextDecoder().decode(create().getSeed())));
    return [name, quick(seed)] as const;
  });
  return Object.fromEntries(await Promise.all(entries)) as TrustKeys;
}

/** Caches the public key and signs with Node's own crypto, because others wait for every JWT of a host. */
function quick(seed: string): KeyPair {
  const pair = fromSeed(new TextEncoder().encode(seed));
  const publicKey = pair.getPublicKey();
  return Object.assign(pair, {
    getPublicKey: () => publicKey,
    sign: (bytes: Uint8Array) => new Uint8Array(signed(seed, bytes)),
  });
}

/** Text of a file; undefined when it does not exist. */
export async function read(file: string): Promise<string | undefined> {
  try {
    return (await readFile(file, 'utf8')).trim();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

async function make(folder: string, file: string, content: string): Promise<string> {
  await ensurePrivateFolder(folder);
  const draft = `${file}.${randomBytes(6).toString('hex')}`;
  await writeFileDurably(draft, content);
  try {
    await link(draft, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    await rm(draft, { force: true });
  }
  return (await read(file)) as string;
}
