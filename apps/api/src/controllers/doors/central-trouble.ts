import { AppError, describeError, type Secret } from '@orrery/shared/runtime';

/** Made at https://my.zerotier.com; those of the new Central are of service accounts, at https://central.zerotier.com. */
const NEW_TOKEN =
  'Tokens of the new Central (central.zerotier.com) look like any other, and are refused just so: they are for another API. ' +
  'What works is a token of the legacy Central, or a controller of your own: orrery controller add HOST';

/** Central cannot be asked now, or does not make sense. */
export const centralAway = (cause: string, origin?: unknown, fix?: string) =>
  new AppError({
    code: 'controller-away',
    kind: 'operational',
    cause,
    fix:
      fix ??
      'See that the machine of the API reaches it (DNS, firewall, the controller’s URL). What is wanted is kept, and done when it is back.',
    origin,
  });

/** 401 and 403: Central uses either for a token that it does not know, so the words say both. */
export const centralRefused = (cause: string) =>
  new AppError({
    code: 'central-refused',
    kind: 'user',
    cause,
    fix: `Make a token at https://my.zerotier.com (Account, API Access Tokens), in the account that has the network, and give it to the controller. ${NEW_TOKEN}`,
  });

export const newCentral = (cause: string) =>
  new AppError({
    code: 'central-new-unsupported',
    kind: 'user',
    cause,
    fix: 'Use https://api.zerotier.com/api/v1 with a token of the legacy Central (https://my.zerotier.com, Account, API Access Tokens), or a controller of your own: orrery controller add HOST',
  });

/**
 * Why a request with this URL and token is not even sent; undefined: it may be. What is known of the new Central (ZeroTier's documentation):
 * its API is https://central.zerotier.com/api/v2, takes `Bearer` and tokens of service accounts, which are called …@org-….ztsa. How such
 * tokens look is not documented, so they cannot be told from wrong ones.
 */
export function whyNotAsked(base: string, token: Secret): AppError | undefined {
  if (!URL.canParse(base)) return badUrl('it is none');
  const url = new URL(base);
  if (url.hostname === 'central.zerotier.com' || /^\/api\/v2/.test(url.pathname))
    return newCentral(
      `${url.origin}${url.pathname} is the API of the new ZeroTier Central, which Orrery does not speak`,
    );
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isLoopback(url.hostname)))
    return badUrl('the token would go over the network unencrypted');
  if (url.username || url.password || url.search || url.hash) return badUrl('only a host and a path belong into it');
  if (token.reveal().endsWith('.ztsa'))
    return newCentral('this is the name of a service account of the new ZeroTier Central, and no token');
  // What no header can hold would be in the text of the error that fetch throws.
  if (!/^[\x21-\x7e]+$/.test(token.reveal()))
    return centralRefused('what was given as a token is none: it is empty, or has spaces or other letters in it');
  return undefined;
}

const isLoopback = (name: string) => name === 'localhost' || name === '[::1]' || /^127(\.\d+){3}$/.test(name);

const badUrl = (why: string) =>
  new AppError({
    code: 'bad-request',
    kind: 'user',
    cause: `the URL of ZeroTier Central cannot be used: ${why}`,
    fix: 'Give it as https://api.zerotier.com/api/v1',
  });

/** Why no answer came, out of what fetch throws: its reason is one level below. */
export function whyNoAnswer(error: unknown): string {
  return describeError((error as { cause?: unknown }).cause ?? error);
}

/** A short piece of foreign text that may be shown: without control characters, and without the token if it is repeated there. */
export function shown(text: string, token: Secret, most = 60): string {
  const clean = text
    .replaceAll(token.reveal(), '[redacted]')
    .replace(/[\p{C}\s]+/gu, ' ')
    .trim();
  return clean.length > most ? `${clean.slice(0, most)}…` : clean;
}
