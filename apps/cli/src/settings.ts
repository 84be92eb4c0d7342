import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import type { Trust } from '@orrery/shared/tls';
import { contextsFile, readContexts } from './contexts/context-store.js';
import { usageError } from './errors/usage-error.js';

/** Everything that the CLI reads from its environment. */
export const Environment = z.object({
  ORRERY_URL: z
    .url({ protocol: /^https?$/ })
    .optional()
    .meta({ description: 'address of the API (default: where you logged in, else this machine)' }),
  ORRERY_PORT: z.coerce
    .number()
    .int()
    .min(1)
    .max(65535)
    .optional()
    .meta({ description: 'port of the API on this machine (default: 7070)' }),
  ORRERY_PIN: z
    .string()
    .optional()
    .meta({ description: "base64 SHA-256 of the public key in the API's certificate (default: the pin of the login)" }),
  ORRERY_TOKEN: z
    .string()
    .optional()
    .meta({ description: 'token (default: the content of $ORRERY_HOME/secrets/admin.token)' }),
  ORRERY_HOME: z.string().optional().meta({ description: "Orrery's state folder (default: ~/.orrery)" }),
});

export interface Settings {
  /** Without a trailing slash. */
  url: string;
  token: string | undefined;
  /** Where the token comes from or was expected, for the message when it is refused. */
  tokenSource: string;
  /** What the server must present; undefined: a certificate of a public CA. */
  trust?: Trust | undefined;
}

export function readSettings(env: NodeJS.ProcessEnv): Settings {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));
  const parsed = Environment.safeParse(given);
  if (!parsed.success) {
    const wrong = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; ');
    throw usageError(`invalid setting in the environment: ${wrong}`, 'Correct it, or unset it to use its default.');
  }
  const { ORRERY_URL, ORRERY_PORT, ORRERY_TOKEN, ORRERY_PIN } = parsed.data;
  const home = parsed.data.ORRERY_HOME ?? join(homedir(), '.orrery');
  const login = chosenLogin(env, ORRERY_URL, ORRERY_PORT);
  const url = (ORRERY_URL ?? login?.url ?? localUrl(home, ORRERY_PORT)).replace(/\/+$/, '');
  const trust = { trust: trustIn(url, home, ORRERY_PIN ?? login?.pin, login !== undefined) };
  if (ORRERY_TOKEN) return { url, token: ORRERY_TOKEN.trim(), tokenSource: 'ORRERY_TOKEN', ...trust };
  if (login) return { url, token: login.token, tokenSource: contextsFile(env), ...trust };
  return { url, ...readTokenFile(join(home, 'secrets', 'admin.token')), ...trust };
}

/** The login for that URL, or that of the current context if the environment sets no URL. */
function chosenLogin(env: NodeJS.ProcessEnv, url: string | undefined, port: number | undefined) {
  const { current, contexts } = readContexts(contextsFile(env));
  if (url) return Object.values(contexts).find((one) => one.url === url.replace(/\/+$/, ''));
  return port === undefined && current !== null ? contexts[current] : undefined;
}

const LocalApi = z.object({ url: z.string(), port: z.number() });

/** Reads the address that the API of this machine recorded, because it may use HTTPS. */
function localUrl(home: string, port: number | undefined): string {
  try {
    const api = LocalApi.parse(JSON.parse(readFileSync(join(home, 'api.json'), 'utf8')));
    if (port === undefined || api.port === port) return api.url;
  } catch {
    // No API is running from this folder.
  }
  return `http://127.0.0.1:${port ?? 7070}`;
}

/** A pin, else the CA of the API on this machine. A login without a pin relies on public CAs. */
function trustIn(url: string, home: string, pin: string | undefined, loggedIn: boolean): Trust | undefined {
  if (!url.startsWith('https:')) return undefined;
  if (pin !== undefined) return { pin };
  try {
    return loggedIn ? undefined : { ca: readFileSync(join(home, 'secrets', 'tls', 'ca.crt'), 'utf8') };
  } catch {
    return undefined;
  }
}

/** An unreadable token is not an error yet: if the API is down, that should be reported first. */
function readTokenFile(file: string): Pick<Settings, 'token' | 'tokenSource'> {
  try {
    return { token: readFileSync(file, 'utf8').trim(), tokenSource: file };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return { token: undefined, tokenSource: `${file} (${code === 'ENOENT' ? 'not found' : `${code}`})` };
  }
}
