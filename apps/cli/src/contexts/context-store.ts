import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { usageError } from '../errors/usage-error.js';

export const StoredContext = z.object({
  url: z.string(),
  token: z.string(),
  /** Pin of the server's public key; absent if a public CA signed its certificate. */
  pin: z.string().optional(),
});
export type StoredContext = z.infer<typeof StoredContext>;

const Contexts = z.object({ current: z.string().nullable(), contexts: z.record(z.string(), StoredContext) });
export type Contexts = z.infer<typeof Contexts>;

/** The file for logins: in ORRERY_HOME if set, else beside the user's other settings. */
export function contextsFile(env: NodeJS.ProcessEnv): string {
  if (env.ORRERY_HOME) return join(env.ORRERY_HOME, 'contexts.json');
  return join(env.XDG_CONFIG_HOME || join(homedir(), '.config'), 'orrery', 'contexts.json');
}

export function readContexts(file: string): Contexts {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    return { current: null, contexts: {} };
  }
  try {
    return Contexts.parse(JSON.parse(text));
  } catch (error) {
    throw usageError(
      `${file} is not a valid list of contexts: ${String(error)}`,
      'Remove it and log in again: `orrery login URL`',
    );
  }
}

/** Writes the file atomically and with mode 0600, because it holds tokens. */
export function writeContexts(file: string, contexts: Contexts): void {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const draft = `${file}.${process.pid}.new`;
  writeFileSync(draft, `${JSON.stringify(contexts, null, 2)}\n`, { mode: 0o600 });
  renameSync(draft, file);
}
