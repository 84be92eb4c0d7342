import { describe, expect, it } from '@jest/globals';
import { missed, reached } from '@orrery/shared/machine';
import { followHttp, type Answered } from './http-hops.js';
import { socketTrouble } from './socket-trouble.js';

const answer = (status: number, location: string | null = null): Answered => {
  const http = { status, bytes: 0, isWhole: true, firstByteMs: 1, redirects: 0 };
  return { end: reached('it answered', { http }), status, location };
};

async function follow(first: string, site: Record<string, Answered>) {
  const asked: string[] = [];
  const end = await followHttp(
    first,
    () => undefined,
    (url) => {
      asked.push(url);
      return Promise.resolve(site[url] ?? answer(404));
    },
  );
  return { end, asked };
}

describe('a probe of HTTP', () => {
  it('follows redirects, judges each new place again, and counts them', async () => {
    const denied = { end: missed('outside-networks', 'no') };
    const site = {
      'http://a/': answer(302, '/b'),
      'http://a/b': answer(307, 'http://me:x@lan/'),
      'http://lan/': denied,
    };
    expect(await follow('http://a/', site)).toEqual({
      end: denied.end,
      asked: ['http://a/', 'http://a/b', 'http://lan/'],
    });
    expect((await follow('http://a/', { 'http://a/': answer(301, 'http://a/c') })).end.http).toMatchObject({
      ...{ status: 404, redirects: 1 },
    });
  });

  it('follows at most three redirects, and none to a URL that is not HTTP', async () => {
    const { end, asked } = await follow('http://a/', { 'http://a/': answer(302, 'http://a/') });
    expect([end.code, asked.length]).toEqual(['too-many-redirects', 4]);
    const file = await follow('http://a/', { 'http://a/': answer(302, 'file:///etc/shadow') });
    expect([file.end.code, file.asked.length]).toEqual(['broken-off', 1]);
  });

  it.each([
    ['ECONNREFUSED', true, 'connection-refused'],
    ['ETIMEDOUT', true, 'timed-out'],
    ['EHOSTUNREACH', true, 'timed-out'],
    ['EHOSTUNREACH', false, 'no-route'],
    ['ENETUNREACH', true, 'no-route'],
    ['ECONNRESET', true, 'broken-off'],
    ['HPE_INVALID_CONSTANT', true, 'broken-off'],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', true, 'tls-failed'],
    ['ERR_TLS_CERT_ALTNAME_INVALID', true, 'tls-failed'],
    ['CERT_HAS_EXPIRED', true, 'tls-failed'],
    ['ESOMETHING', true, 'probe-failed'],
  ])('that ends with %s (on the network itself: %s) is %s', (code, onLink, means) => {
    expect(socketTrouble({ code, message: 'm' }, 'a:1', onLink).code).toBe(means);
  });
});
