import { describe, expect, it } from '@jest/globals';
import { Incoming } from './incoming.js';

const incoming = (bytes: Uint8Array | string, key?: string, signature?: string) =>
  new Incoming('orrery.v1.api.hello.hst_aaaaaaaaaaaaaaaaaaaa', Buffer.from(bytes), undefined, key, signature);

describe('an incoming message', () => {
  it('has text, JSON and the host that its subject names', () => {
    const message = incoming('{"a":"ä"}');
    expect(message).toMatchObject({ text: '{"a":"ä"}', json: { a: 'ä' }, host: 'hst_aaaaaaaaaaaaaaaaaaaa' });
  });

  it('keeps every byte of its text, a byte order mark included', () => {
    expect(incoming('\ufeff{}').text).toBe('\ufeff{}');
  });

  it('is neither text nor JSON nor signed when it is not UTF-8', () => {
    const message = incoming(Uint8Array.of(0x7b, 0xff, 0x7d), 'key', 'signature');
    expect([message.text, message.json, message.signed]).toEqual([undefined, undefined, undefined]);
    expect(incoming('{}', 'key', 'signature').signed).toMatchObject({ body: '{}', key: 'key' });
  });

  it.each(['', '{', 'undefined', '{"a":1}}'])('is not JSON when it is %j', (text) => {
    expect(incoming(text).json).toBeUndefined();
  });

  it('is signed only with both headers', () => {
    expect([incoming('{}', 'key').signed, incoming('{}', undefined, 's').signed]).toEqual([undefined, undefined]);
  });
});
