import type { Judgment } from '@orrery/shared/addresses';
import { AppError, type Secret } from '@orrery/shared/runtime';

/** Made at https://my.zerotier.com; those of the new Central are of service accounts, at https://central.zerotier.com. */
const NEW_TOKEN =
  'Tokens of the new Central (central.zerotier.com) look like any other, and are refused just so: they are for another API. ' +
  'What works is a token of the legacy Central, or a controller of your own: orrery controller add HOST';

/** Central cannot be asked now, or does not make sense. */
export const centralAway = (cause: string, fix?: string) =>
  new AppError({
    code: 'controller-away',
    kind: 'operational',
    cause,
    fix:
      fix ??
      'See that the machine of the API reaches it (DNS, firewall, the controller’s URL). What is wanted is kept, and done when it is back.',
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

/** Why no answer came, as the code that Node has for it: its sentences quote certificates and answers. */
export function whyNoAnswer(error: unknown): string {
  const { code } = error as { code?: unknown };
  return typeof code === 'string' && /^[A-Z][A-Z0-9_]{0,60}$/.test(code) ? code : 'for no reason that is known';
}

/** The URL leads where the API does not go. The address itself is not told: it would answer who asks for names of the API's network. */
export const addressRefused = (host: string, { reach, what }: Judgment) =>
  new AppError({
    code: 'central-address-refused',
    kind: 'user',
    cause: `the URL of ZeroTier Central cannot be used: ${host} leads to ${what}`,
    fix:
      reach === 'never'
        ? 'Give the URL by which other machines reach it.'
        : 'If the controller really is there, have whoever runs the API name its prefix in ORRERY_CENTRAL_PREFIXES (docs/config.md); beyond loopback it needs https.',
  });
