import type { Judgment } from '@orrery/shared/addresses';
import { explain } from '@orrery/shared/contracts';
import { AppError, type Secret } from '@orrery/shared/runtime';

/** Central cannot be reached now, or its answer makes no sense. */
export const centralAway = (cause: string) =>
  new AppError({ kind: 'operational', ...explain('controller-away/central', { cause }) });

/** Central uses both 401 and 403 for an unknown token, so the words cover both. */
export const centralRefused = (cause: string) =>
  new AppError({ kind: 'user', ...explain('central-refused', { cause }) });

export const newCentral = (cause: string) =>
  new AppError({ kind: 'user', ...explain('central-new-unsupported', { cause }) });

/**
 * Why a request with this URL and token is not even sent; undefined if it may be. About the new Central (ZeroTier's
 * documentation): its API is https://central.zerotier.com/api/v2, and uses `Bearer` and tokens of service accounts,
 * which are named …@org-….ztsa. The form of those tokens is not documented, so they cannot be told apart from wrong
 * ones.
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
  if (url.username || url.password || url.search || url.hash) return badUrl('it can have only a host and a path');
  if (token.reveal().endsWith('.ztsa'))
    return newCentral('this is the name of a service account of the new ZeroTier Central, not a token');
  // A token that no header can hold would be quoted in the error from fetch.
  if (!/^[\x21-\x7e]+$/.test(token.reveal()))
    return centralRefused('this is not a token: it is empty, or has spaces or other invalid characters');
  return undefined;
}

const isLoopback = (name: string) => name === 'localhost' || name === '[::1]' || /^127(\.\d+){3}$/.test(name);

const badUrl = (why: string) => new AppError({ kind: 'user', ...explain('bad-request/central-url', { why }) });

/** Why no answer came, as Node's error code: its messages quote certificates and answers. */
export function whyNoAnswer(error: unknown): string {
  const { code } = error as { code?: unknown };
  return typeof code === 'string' && /^[A-Z][A-Z0-9_]{0,60}$/.test(code) ? code : 'for no reason that is known';
}

/**
 * The URL leads where the API does not connect. The message leaves out the address: it would answer lookups of names in
 * the API's network.
 */
export const addressRefused = (host: string, { reach, what }: Judgment) =>
  new AppError({
    kind: 'user',
    ...(reach === 'never'
      ? explain('central-address-refused/never', { host, what })
      : explain('central-address-refused/not-listed', { host, what })),
  });
