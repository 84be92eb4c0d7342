import { HostPage } from '@orrery/shared/contracts';
import { presentedServer } from '@orrery/shared/tls';
import { ApiClient } from '../api/api-client.js';
import { unreachable } from '../api/api-errors.js';
import { confirm } from '../changes/confirm.js';
import { usageError } from '../errors/usage-error.js';
import { ReferenceArgument } from '../options/reference-argument.js';
import { ReferenceOption } from '../options/reference-option.js';
import type { Context } from '../program/context.js';
import type { Leaf } from '../program/orrery-command.js';
import { contextsFile, readContexts, writeContexts } from './context-store.js';

interface LoginOptions {
  pin?: string;
  name?: string;
}

const LOCAL = /^(localhost|127\.[\d.]+|\[::1\])$/;
const PIN = /^(sha256\/\/)?([A-Za-z0-9+/]{43}=)$/;

/** `orrery login`: every later command uses that API. */
export const loginLeaf = (context: Context): Leaf<LoginOptions> => ({
  name: 'login',
  summary: 'log in to the API at a URL, and use it from now on',
  details:
    'Asks for the token; without a terminal, reads it from stdin or ORRERY_TOKEN. An API with its own certificate is identified by its pin, which GET /v1/install returns.',
  args: [new ReferenceArgument('<url>', 'such as https://orrery.lan:7070')],
  options: [
    new ReferenceOption('--pin <pin>', "base64 SHA-256 of the server's public key (skips the confirmation)"),
    new ReferenceOption('--name <name>', "name of the context (default: the URL's host)"),
  ],
  examples: ['orrery login https://orrery.lan:7070', "orrery login https://orrery.lan:7070 --pin '9fS…=' < token"],
  run: (options, url) => login(context, url ?? '', options),
});

async function login(context: Context, given: string, options: LoginOptions): Promise<void> {
  const { terminal, env } = context;
  const url = checkedUrl(given);
  const pin = url.protocol === 'https:' ? await trustedPin(context, url.origin, options.pin) : undefined;
  const token = (env.ORRERY_TOKEN || (await terminal.ask('Token: ', { hidden: true }))).trim();
  if (!token)
    throw usageError(
      'no token given',
      'Create one with `orrery token create`. The token of the first start is in secrets/admin.token.',
    );
  const address = given.replace(/\/+$/, '');
  const stored = { url: address, token, ...(pin ? { pin } : {}) };
  const client = new ApiClient({ url: address, token, tokenSource: 'this login', trust: pin ? { pin } : undefined });
  await client.get('/v1/hosts', HostPage, { query: { limit: 1 } });
  const name = options.name ?? url.hostname.replace(/^\[|\]$/g, '');
  const file = contextsFile(env);
  const { contexts } = readContexts(file);
  writeContexts(file, { current: name, contexts: { ...contexts, [name]: stored } });
  terminal.err(`logged in: context ${name} is now in use (stored in ${file})`);
}

function checkedUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !/^https?:$/.test(url.protocol))
    throw usageError(`${text} is not a valid URL`, 'Write it as https://orrery.lan:7070.');
  if (url.protocol === 'http:' && !LOCAL.test(url.hostname))
    throw usageError(`${text} is not encrypted: others could read the token in transit`, 'Use https.');
  return url;
}

/** The pin that the server must present; undefined if a public CA signed its certificate. */
async function trustedPin(context: Context, url: string, given: string | undefined): Promise<string | undefined> {
  if (given !== undefined) {
    const pin = PIN.exec(given)?.[2];
    if (!pin) throw usageError(`${given} is not a valid pin`, 'A pin is a SHA-256 in base64: 43 characters and =.');
    return pin;
  }
  const { pin, isPublic } = await presentedServer(url).catch((error: unknown) => {
    throw unreachable({ url, token: undefined, tokenSource: '', trust: undefined }, error);
  });
  if (isPublic) return undefined;
  const compare = "On the API's machine, orrery host add prints it, and GET /v1/install returns it.";
  await confirm(context, `Is this the key of your API?`, [`${url} presents the pin ${pin}`, compare], undefined);
  return pin;
}
