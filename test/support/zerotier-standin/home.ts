import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  hasSecret,
  IDENTITY_BYTES,
  identityFrom,
  parseIdentity,
  type Identity,
} from '../../../libs/simulator/src/model/identity.js';
import type { Moon } from '../../../libs/simulator/src/model/moon.js';
import { readFolder, readIfThere, writeSecret } from './files.js';
import { readMoon } from './moon-file.js';

/** The daemon's message on stderr before it gives up, with the real one's wording, and its exit code. */
export class FatalError extends Error {
  constructor(
    message: string,
    readonly exitCode = 1,
  ) {
    super(message);
  }
}

const fatal = (reason: string): FatalError => new FatalError(`zerotier-one: fatal error: ${reason}`);

export interface Home {
  readonly path: string;
  readonly identity: Identity;
  readonly token: string;
  readonly moonFiles: Readonly<Record<string, string>>;
  readonly moons: readonly Moon[];
  readonly networkFiles: Readonly<Record<string, string>>;
}

function readIdentity(path: string): Identity {
  const secretPath = join(path, 'identity.secret');
  const text = readIfThere(secretPath);
  if (!text) {
    const { identity, secret } = identityFrom(randomBytes(IDENTITY_BYTES));
    writeSecret(secretPath, secret);
    writeFileSync(join(path, 'identity.public'), identity.public);
    return identity;
  }
  const identity = parseIdentity(text);
  if (!identity || !hasSecret(text)) {
    throw fatal(
      `invalid identity loaded from disk. Please remove identity.public and identity.secret from ${path} and try again`,
    );
  }
  return identity;
}

const TOKEN_LENGTH = 24;

/** Trimmed when read here; zerotier-cli sends the file as it is. */
function readToken(path: string): string {
  const tokenPath = join(path, 'authtoken.secret');
  const there = readIfThere(tokenPath)?.trim();
  if (there) return there;
  const letters = 'abcdefghijklmnopqrstuvwxyz0123456789';
  const token = Array.from(randomBytes(TOKEN_LENGTH), (byte) => letters.charAt(byte % letters.length)).join('');
  writeSecret(tokenPath, token);
  return token;
}

export function openHome(path: string): Home {
  try {
    if (!existsSync(path)) mkdirSync(path, { recursive: true, mode: 0o755 });
  } catch {
    throw new FatalError(
      'home path does not exist, and could not create. Please verify local system permissions.',
      134,
    );
  }
  const moonFiles = readFolder(join(path, 'moons.d'));
  return {
    path,
    identity: readIdentity(path),
    token: readToken(path),
    moonFiles,
    moons: Object.values(moonFiles).flatMap((text) => readMoon(text) ?? []),
    networkFiles: readFolder(join(path, 'networks.d')),
  };
}
