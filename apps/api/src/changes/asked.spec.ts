import { describe, expect, it } from '@jest/globals';
import { hashOf } from './asked.decorator.js';

const request = {
  method: 'POST',
  url: '/v1/tokens?b=2&a=1',
  body: { name: 'ci', scope: { hosts: 'a', networks: [1, 2] } },
};
const hash = (more: Partial<typeof request> = {}) => hashOf({ ...request, ...more }).toString('hex');

describe('the hash of a request', () => {
  it('is the same when keys and query parameters are in another order', () => {
    expect(hash({ body: { scope: { networks: [1, 2], hosts: 'a' }, name: 'ci' } })).toBe(hash());
    expect(hash({ url: '/v1/tokens?a=1&b=2' })).toBe(hash());
  });

  it('differs when the method, path, query, a value, or the order of a list differs', () => {
    const others = [
      { method: 'PUT' },
      { url: '/v1/token?b=2&a=1' },
      { url: '/v1/tokens?b=2&a=2' },
      { url: '/v1/tokens' },
      { body: { ...request.body, name: 'cd' } },
      { body: { ...request.body, scope: { hosts: 'a', networks: [2, 1] } } },
    ];
    expect(new Set([hash(), ...others.map(hash)]).size).toBe(others.length + 1);
  });
});
