import { describe, expect, it } from '@jest/globals';
import { bothHalves, clearLoginCookie, setLoginCookie, shownLogin } from './login-cookie.js';

const HALF = 'h'.repeat(43);
const asked = (protocol: 'http' | 'https', headers: Record<string, string> = {}) => ({ protocol, headers });

describe('the cookie of a login', () => {
  it('is out of reach for pages and other sites; over TLS, also for this host without TLS', () => {
    const common = 'Path=/; HttpOnly; SameSite=Strict; Max-Age=43200';
    expect(setLoginCookie(asked('http'), HALF)).toBe(`orrery-login=${HALF}; ${common}`);
    expect(setLoginCookie(asked('https'), HALF)).toBe(`__Host-orrery-login=${HALF}; ${common}; Secure`);
    expect(clearLoginCookie(asked('https'))).toBe(
      '__Host-orrery-login=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0; Secure',
    );
  });

  it('is read under its own name alone, among those of others', () => {
    const cookies = (protocol: 'http' | 'https', cookie: string) => shownLogin(asked(protocol, { cookie }))?.cookies;
    expect(cookies('http', `a=b; orrery-login=${HALF};  orrery-login=x; orrery-login2=y`)).toEqual([HALF, 'x']);
    expect(cookies('https', `orrery-login=x; __Host-orrery-login=${HALF}`)).toEqual([HALF]);
    for (const other of ['', 'orrery-login', `x=orrery-login=${HALF}`, `__Host-orrery-login=${HALF}`])
      expect(cookies('http', other)).toBeUndefined();
  });

  it('counts only together with a header, each in its form', () => {
    const shown = (secret: string | undefined, ...cookies: string[]) => bothHalves({ secret, cookies });
    expect(shown(HALF, HALF, 'short')).toEqual({ secret: HALF, cookies: [HALF] });
    for (const wrong of [
      shown(undefined, HALF),
      shown(HALF),
      shown(HALF, `${HALF}h`),
      shown(`${HALF.slice(1)}*`, HALF),
    ])
      expect(wrong).toBeUndefined();
  });
});
