import { describe, expect, it } from '@jest/globals';
import { isOurHost } from './foreign-requests.js';

describe('the Host header', () => {
  it.each(['localhost:7070', '127.0.0.1:7070', '[::1]:7070', 'LOCALHOST:7070'])('may be %s on port 7070', (host) => {
    expect(isOurHost(host, 7070, [])).toBe(true);
  });

  it.each([
    'evil.example',
    'evil.example:7070',
    'localhost:7071',
    'localhost',
    'localhost.evil.example:7070',
    '127.0.0.1.evil.example:7070',
    '127.0.0.2:7070',
    '[::2]:7070',
    'localhost:7070@evil.example',
    '',
    undefined,
  ])('may not be %s on port 7070', (host) => {
    expect(isOurHost(host, 7070, [])).toBe(false);
  });

  it('may leave out the port when it is the default of HTTP', () => {
    expect(isOurHost('localhost', 80, [])).toBe(true);
  });

  it('may be an allowed name, with any port unless the setting names one', () => {
    expect(isOurHost('orrery.lan:8443', 7070, ['orrery.lan'])).toBe(true);
    expect(isOurHost('orrery.lan:7070', 7070, ['orrery.lan:7070'])).toBe(true);
    expect(isOurHost('orrery.lan:8443', 7070, ['orrery.lan:7070'])).toBe(false);
    expect(isOurHost('other.lan:7070', 7070, ['orrery.lan'])).toBe(false);
    expect(isOurHost('localhost:8080', 7070, ['localhost:8080'])).toBe(true);
  });
});
