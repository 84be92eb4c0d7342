import { LOGIN_IDLE_SECONDS, LoginHalf } from '@orrery/shared/contracts';
import type { FastifyRequest } from 'fastify';

/** The header with the half of a login that the page keeps. */
export const LOGIN_HEADER = 'orrery-login';

type Asked = Pick<FastifyRequest, 'headers' | 'protocol'>;

/** What a request shows of a login. Anything that is not the form of a half is worth as much as a wrong one. */
export interface ShownLogin {
  /** The half in the header; undefined: the header is missing. */
  secret: string | undefined;
  /**
   * The values of the cookie. Usually one: cookies know no ports, so whatever else listens on this machine can add one
   * of the same name.
   */
  cookies: string[];
}

/** Undefined: the request shows nothing of a login. */
export function shownLogin(request: Asked): ShownLogin | undefined {
  const secret = request.headers[LOGIN_HEADER]?.toString();
  const cookies = cookiesOf(request);
  return secret === undefined && cookies.length === 0 ? undefined : { secret, cookies };
}

/** Both halves of a login, if they have their form. */
export function bothHalves({ secret, cookies }: ShownLogin): { secret: string; cookies: string[] } | undefined {
  const formed = cookies.filter(isHalf);
  return secret !== undefined && isHalf(secret) && formed.length > 0 ? { secret, cookies: formed } : undefined;
}

/** The value of `Set-Cookie` that gives the browser its half, again for the whole time of rest. */
export const setLoginCookie = (request: Asked, half: string) => cookie(request, half, LOGIN_IDLE_SECONDS);

export const clearLoginCookie = (request: Asked) => cookie(request, '', 0);

function cookie(request: Asked, value: string, maxAge: number): string {
  const parts = [`${cookieName(request)}=${value}`, 'Path=/', 'HttpOnly', 'SameSite=Strict', `Max-Age=${maxAge}`];
  return [...parts, ...(isEncrypted(request) ? ['Secure'] : [])].join('; ');
}

function cookiesOf(request: Asked): string[] {
  const name = `${cookieName(request)}=`;
  const pairs = (request.headers.cookie ?? '').split(';').map((pair) => pair.trim());
  return pairs.filter((pair) => pair.startsWith(name)).map((pair) => pair.slice(name.length));
}

/**
 * Over TLS, browsers accept a name that begins with `__Host-` only from this very host, over TLS and for all paths. So
 * a page without TLS, or a neighbor in the domain, cannot put another in its place.
 */
const cookieName = (request: Asked) => (isEncrypted(request) ? `__Host-${LOGIN_HEADER}` : LOGIN_HEADER);

/** As the browser sees it: a trusted proxy says how it was asked. */
const isEncrypted = ({ protocol }: Asked) => protocol === 'https';

const isHalf = (text: string) => LoginHalf.safeParse(text).success;
