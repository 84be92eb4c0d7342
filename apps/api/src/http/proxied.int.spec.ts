import { describe, expect, it } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import type { ApiBench } from '../../../../test/support/api.js';
import { apiFixture } from '../../../../test/support/api-fixture.js';
import { eventually } from '../../../../test/support/servers.js';
import { OpenSocket } from '../../../../test/support/raw-http.js';

const MOST_FAILURES = 20;
const wrong = () => `ora_${randomBytes(32).toString('base64url')}`;

/**
 * The statuses for as many wrong tokens as are refused at once, plus one, each attributed to one of these addresses.
 */
async function statuses(bench: ApiBench, addresses: (count: number) => string): Promise<number[]> {
  const ask = async (count: number) => {
    const headers = { 'x-forwarded-for': addresses(count) };
    return (await bench.api.raw('GET', '/v1/hosts', { token: wrong(), headers })).status;
  };
  const answered: number[] = [];
  for (let count = 0; count <= MOST_FAILURES; count++) answered.push(await ask(count));
  return answered;
}

describe('behind a trusted proxy', () => {
  const { bench } = apiFixture({ ORRERY_TRUSTED_PROXIES: '127.0.0.0/8,::1' });

  it('wrong tokens count for the address that the proxy names, whatever a client adds in front of it', async () => {
    const ofMany = await statuses(bench, (count) => `192.0.2.${count}`);
    expect(new Set(ofMany)).toEqual(new Set([401]));
    const ofOne = await statuses(bench, (count) => `203.0.113.${count}, 198.51.100.7`);
    expect(ofOne.at(-1)).toBe(429);
    expect((await bench.api.raw('GET', '/v1/hosts', { headers: { 'x-forwarded-for': '198.51.100.7' } })).status).toBe(
      200,
    );
  });

  it('a page gets the cookie of TLS when the proxy was asked over TLS', async () => {
    expect(await cookieOverTls(bench)).toMatch(/^__Host-orrery-login=.*; Secure$/);
  });

  it('strangers can have few requests under way per address; other addresses and valid tokens are served', async () => {
    const { port } = new URL(bench.api.url);
    const slow = Array.from(
      { length: 64 },
      () =>
        new OpenSocket(
          Number(port),
          `POST /v1/join/renew HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nX-Forwarded-For: 192.0.2.200\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{`,
        ),
    );
    const from = (address: string, token: string | null = null) =>
      bench.api.raw('GET', token ? '/v1/hosts' : '/healthz', { headers: { 'x-forwarded-for': address }, token });
    try {
      await eventually(async () => (await from('192.0.2.200')).status === 503, { what: 'the address has its share' });
      expect((await from('192.0.2.200')).headers.get('retry-after')).toBe('5');
      expect((await from('192.0.2.201')).status).toBe(200);
      expect((await from('192.0.2.200', bench.api.adminToken)).status).toBe(200);
    } finally {
      slow.forEach((socket) => socket.close());
    }
    await eventually(async () => (await from('192.0.2.200')).status === 200, { what: 'it is served again' });
  });
});

/** `Set-Cookie` of a login that was asked for over TLS, as whoever asks says. */
async function cookieOverTls({ api }: ApiBench): Promise<string | undefined> {
  const headers = { 'x-forwarded-proto': 'https' };
  const response = await api.raw('POST', '/v1/logins', { token: null, headers, body: { token: api.adminToken } });
  return response.headers.getSetCookie()[0];
}

describe('without a trusted proxy', () => {
  const { bench } = apiFixture();

  it('nobody is believed who says that a page was asked for over TLS', async () => {
    expect(await cookieOverTls(bench)).toMatch(/^orrery-login=[^;]+; (?!.*Secure)/);
  });

  it('a client cannot pose as another', async () => {
    expect((await statuses(bench, (count) => `192.0.2.${count}`)).at(-1)).toBe(429);
  });
});
