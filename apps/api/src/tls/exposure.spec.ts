import { describe, expect, it } from '@jest/globals';
import { decideTls, isLoopback, type ExposureSettings } from './exposure.js';

const settings = (given: Partial<ExposureSettings>): ExposureSettings => ({
  listen: '127.0.0.1',
  publicUrl: undefined,
  mode: 'auto',
  certFile: undefined,
  keyFile: undefined,
  ...given,
});
const from = (given: Partial<ExposureSettings>) => decideTls(settings(given)).from;
const files = { certFile: '/c.pem', keyFile: '/k.pem' };

describe('the rule of every bind', () => {
  it.each(['0.0.0.0', '::', '10.0.0.5', 'orrery.lan', '128.0.0.1'])(
    'is TLS on %s, and nothing is created for loopback',
    (listen) => {
      expect(from({ listen })).toBe('private');
      expect(from({ listen: '127.0.0.1' })).toBe('nowhere');
    },
  );

  it('uses a given certificate before it creates one', () => {
    expect(from({ listen: '0.0.0.0', ...files })).toBe('files');
    expect(from({ ...files })).toBe('files');
  });

  it('refuses plain HTTP from elsewhere, unless an operator explicitly set it', () => {
    const given = { listen: '0.0.0.0', publicUrl: 'http://orrery.lan:7070' };
    expect(() => from(given)).toThrow(expect.objectContaining({ code: 'plaintext-refused', kind: 'user' }));
    expect(from({ ...given, publicUrl: 'https://orrery.lan:7070' })).toBe('private');
    expect(from({ ...given, mode: 'off' })).toBe('nowhere');
    expect(from({ publicUrl: 'http://127.0.0.1:7070' })).toBe('nowhere');
  });

  it('leaves TLS to the proxy in front of an API on loopback', () => {
    expect(from({ publicUrl: 'https://orrery.example.com' })).toBe('nowhere');
    expect(from({ publicUrl: 'https://orrery.example.com', mode: 'on' })).toBe('private');
  });

  it('refuses half a certificate, and a certificate together with TLS off', () => {
    const invalid = expect.objectContaining({ code: 'settings-invalid' });
    expect(() => from({ certFile: '/c.pem' })).toThrow(invalid);
    expect(() => from({ keyFile: '/k.pem' })).toThrow(invalid);
    expect(() => from({ ...files, mode: 'off' })).toThrow(invalid);
  });
});

describe('isLoopback', () => {
  it('knows the forms of the address of this machine itself', () => {
    expect(['127.0.0.1', '127.8.8.8', 'localhost', '::1', '[::1]'].map(isLoopback)).toEqual([
      true,
      true,
      true,
      true,
      true,
    ]);
    expect(['0.0.0.0', '::', '127.evil.example', '10.0.0.1'].map(isLoopback)).toEqual([false, false, false, false]);
  });
});
