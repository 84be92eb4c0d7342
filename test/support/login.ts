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

export async function logIn(api: RunningApi, token = api.adminToken): Promise<PageLogin> {
  const { body: made, headers } = await api.ask('POST', '/v1/logins', LoginMade, { token: null, body: { token } });
  const [setCookie = ''] = headers.getSetCookie();
  const [cookie = ''] = setCookie.split(';', 1);
  return { made, cookie, setCookie, asking: { token: null, headers: { cookie, 'orrery-login': made.secret } } };
}
