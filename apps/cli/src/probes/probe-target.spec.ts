import { describe, expect, it } from '@jest/globals';
import { targetOf } from './probe-target.js';

describe('the target of orrery probe', () => {
  it('is exactly one of three kinds', () => {
    expect(targetOf({ ping: '10.1.2.3' })).toEqual({ kind: 'ping', host: '10.1.2.3', count: 4 });
    expect(targetOf({ http: 'http://a/' })).toEqual({ kind: 'http', url: 'http://a/' });
    expect(targetOf({ tcp: 'db.lan:5432' })).toEqual({ kind: 'tcp', host: 'db.lan', port: 5432 });
    expect(targetOf({ tcp: '[fd00::1]:80' })).toEqual({ kind: 'tcp', host: 'fd00::1', port: 80 });
  });

  it.each([
    {},
    { ping: 'a', tcp: 'a:1' },
    { tcp: 'a' },
    { tcp: 'a:0' },
    { tcp: 'a:65536' },
    { tcp: 'fd00::1:80' },
    { http: 'http://a/', count: 3 },
  ])('is not %j', (options) => expect(() => targetOf(options)).toThrow());
});
