import { explain } from '@orrery/shared/contracts';
import { AppError, describeError, type Secret } from '@orrery/shared/runtime';

/** Central cannot be asked now, or does not make sense. */
export const centralAway = (cause: string, origin?: unknown) =>
  new AppError({ kind: 'operational', ...explain('controller-away/central', { cause }), origin });

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
