import type { Judgment } from '@orrery/shared/addresses';
import { explain } from '@orrery/shared/contracts';
import { AppError, type Secret } from '@orrery/shared/runtime';

/** Central cannot be asked now, or does not make sense. */
export const centralAway = (cause: string) =>
  new AppError({ kind: 'operational', ...explain('controller-away/central', { cause }) });

/** 401 and 403: Central uses either for a token that it does not know, so the words say both. */
export const centralRefused = (cause: string) =>
  new AppError({ kind: 'user', ...explain('central-refused', { cause }) });

export const newCentral = (cause: string) =>
  new AppError({ kind: 'user', ...explain('central-new-unsupported', { cause }) });

/**
 * Why a request with this URL and token is not even sent; undefined: it may be. What is known of the new Central (ZeroTier's documentation):
 * its API is https://central.zerotier.com/api/v2, takes `Bearer` and tokens of service accounts, which are called …@org-….ztsa. How such
 * tokens look is not documented, so they cannot be told from wrong ones.
 */
export function whyNotAsked(base: string, token: Secret): AppError | undefined {
  if (!URL.canParse(base)) return badUrl('it is not a URL');
  const url = new URL(base);
  if (url.hostname === 'central.zerotier.com' || /^\/api\/v2/.test(url.pathname))
    return newCentral(
      `${url.origin}${url.pathname} is the API of the new ZeroTier Central, which Orrery does not support`,
    );
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isLoopback(url.hostname)))
    return badUrl('the token would cross the network unencrypted');
  if (url.username || url.password || url.search || url.hash) return badUrl('it may only have a host and a path');
  if (token.reveal().endsWith('.ztsa'))
    return newCentral('this is the name of a service account of the new ZeroTier Central, not a token');
  // What no header can hold would be in the text of the error that fetch throws.
  if (!/^[\x21-\x7e]+$/.test(token.reveal()))
    return centralRefused('this is not a token: it is empty, or has spaces or other invalid characters');
  return undefined;
}

const isLoopback = (name: string) => name === 'localhost' || name === '[::1]' || /^127(\.\d+){3}$/.test(name);

const badUrl = (why: string) => new AppError({ kind: 'user', ...explain('bad-request/central-url', { why }) });

/** Why no answer came, as the code that Node has for it: its sentences quote certificates and answers. */
export function whyNoAnswer(error: unknown): string {
  const { code } = error as { code?: unknown };
  return typeof code === 'string' && /^[A-Z][A-Z0-9_]{0,60}$/.test(code) ? code : 'for no reason that is known';
}

/** The URL leads where the API does not go. The address itself is not told: it would answer who asks for names of the API's network. */
export const addressRefused = (host: string, { reach, what }: Judgment) =>
  new AppError({
    kind: 'user',
    ...(reach === 'never'
      ? explain('central-address-refused/never', { host, what })
      : explain('central-address-refused/not-listed', { host, what })),
  });
