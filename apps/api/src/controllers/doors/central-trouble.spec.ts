import { describe, expect, it } from '@jest/globals';
import { Secret } from '@orrery/shared/runtime';
import { retryAfterMs } from './central-client.js';
import { whyNoAnswer, whyNotAsked } from './central-trouble.js';

const LEGACY = 'https://api.zerotier.com/api/v1';
const TOKEN = 'wwrb66uUh18Fqc38rd8jMd5RFJzRsCn4';
const why = (url: string, token = TOKEN) => whyNotAsked(url, new Secret(token));

describe('ZeroTier Central is contacted', () => {
  it.each([
    [LEGACY],
    ['https://my.zerotier.com/api/v1'],
    ['https://central.example/zerotier/api/v1'],
    ['http://127.0.0.1:9/api/v1'],
    ['http://localhost:9/api/v1'],
    ['http://[::1]:9/api/v1'],
  ])('at %s', (url) => expect(why(url)).toBeUndefined());

  it('with a token of any characters that a person may have chosen', () =>
    expect(why(LEGACY, 'adsf98ashdkjh3689adsfnj3$ADn')).toBeUndefined());
});

describe('ZeroTier Central is not contacted', () => {
  it.each([
    ['https://central.zerotier.com/api/v2'],
    ['https://central.zerotier.com'],
    ['https://api.zerotier.com/api/v2'],
    ['https://central.zerotier.com/api/v2beta'],
  ])('at %s: that is the new one, and the error says what works', (url) => {
    const refusal = why(url);
    expect(refusal).toMatchObject({ code: 'central-new-unsupported', kind: 'user' });
    expect(refusal?.fix).toContain('orrery controller add HOST');
  });

  it('with the name of a service account of the new Central', () =>
    expect(why(LEGACY, 'service-account@org-42.ztsa')).toMatchObject({ code: 'central-new-unsupported' }));

  it.each([
    ['http://api.zerotier.com/api/v1'],
    ['http://127.0.0.1.example/api/v1'],
    ['https://me:secret@api.zerotier.com/api/v1'],
    ['https://api.zerotier.com/api/v1?token=1'],
    ['ftp://api.zerotier.com/'],
    ['api.zerotier.com'],
  ])('at %s', (url) => expect(why(url)).toMatchObject({ code: 'bad-request', kind: 'user' }));

  it.each([[''], ['two words'], ['line\nfeed'], ['dröhnend']])(
    'with %j for a token, and does not repeat it',
    (token) => {
      const refusal = why(LEGACY, token);
      expect(refusal).toMatchObject({ code: 'central-refused' });
      if (token) expect(`${refusal?.message} ${refusal?.fix}`).not.toContain(token);
    },
  );
});

describe('the reason for a missing answer', () => {
  it('is the code from Node, and no sentence that quotes someone', () => {
    expect(whyNoAnswer(Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:9'), { code: 'ECONNREFUSED' }))).toBe(
      'ECONNREFUSED',
    );
    for (const error of [new Error('secret'), { code: 'what it said' }, { code: 7 }, 'secret'])
      expect(whyNoAnswer(error)).toBe('for no reason that is known');
  });
});

describe('Retry-After', () => {
  const now = Date.parse('2026-11-25T12:00:00Z');
  it.each([
    ['2', 2000],
    ['0', 0],
    ['Wed, 25 Nov 2026 12:00:30 GMT', 30_000],
    ['Wed, 25 Nov 2026 11:00:00 GMT', 0],
    ['soon', undefined],
    [null, undefined],
  ])('%j is a pause of %j ms', (header, ms) => expect(retryAfterMs(header, now)).toBe(ms));
});
