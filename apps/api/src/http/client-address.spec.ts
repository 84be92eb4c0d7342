import { describe, expect, it } from '@jest/globals';
import { clientKey, TrustedProxies } from './client-address.js';

describe('the key by which a client is counted', () => {
  it.each([
    ['10.0.0.7', '10.0.0.7'],
    ['::ffff:10.0.0.7', '10.0.0.7'],
    ['2001:db8:0:1:2:3:4:5', '2001:db8:0:1::/64'],
    ['2001:0DB8::1', '2001:db8::/64'],
    ['fe80::1%eth0', 'fe80::/64'],
    ['::1', '::/64'],
    ['::ffff:a00:7', '10.0.0.7'],
  ])('%s is %s: an IPv4 address, or all of a /64', (address, key) => expect(clientKey(address)).toBe(key));

  it.each([undefined, '', 'unknown', 'evil.example', '1.2.3', "'; --"])(
    'does not exist without an address: %s',
    (text) => expect(clientKey(text)).toBeUndefined(),
  );
});

describe('a trusted proxy', () => {
  const proxies = new TrustedProxies(['10.0.0.7', '10.1.0.0/16', 'fd00::/8']);

  it.each(['10.0.0.7', '::ffff:10.0.0.7', '10.1.200.3', 'fd12::1'])('is an address in the list: %s', (address) =>
    expect(proxies.includes(address)).toBe(true),
  );
  it.each(['10.0.0.8', '10.2.0.1', 'fe80::1', '127.0.0.1', undefined, 'x'])('is not any other address: %s', (address) =>
    expect(proxies.includes(address)).toBe(false),
  );
  it('does not exist when the list is empty', () => expect(new TrustedProxies([]).includes('127.0.0.1')).toBe(false));
});
