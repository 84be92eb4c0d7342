import { LoginMade } from '@orrery/shared/contracts';
import type { RunningApi } from './api.js';

/** A page that has logged in: the half that it keeps, and the cookie that its browser keeps. */
export interface PageLogin {
  made: LoginMade;
  /** As the browser sends it: `name=value`. */
  cookie: string;
  /** The whole `Set-Cookie`. */
  setCookie: string;
  /** What every request of the page has, and no token. */
  asking: { token: null; headers: { cookie: string; 'orrery-login': string } };
}

/** `cookie`: what the browser has already. */
export async function logIn(api: RunningApi, token = api.adminToken, cookie = ''): Promise<PageLogin> {
  const headersOfBrowser: Record<string, string> = cookie ? { cookie } : {};
  const asking = { token: null, body: { token }, headers: headersOfBrowser };
  const { body: made, headers } = await api.ask('POST', '/v1/logins', LoginMade, asking);
  const [setCookie = ''] = headers.getSetCookie();
  const [given = ''] = setCookie.split(';', 1);
  const sent = { cookie: given, 'orrery-login': made.secret };
  return { made, cookie: given, setCookie, asking: { token: null, headers: sent } };
}
