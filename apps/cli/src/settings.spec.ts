import { describe, expect, it } from '@jest/globals';
import { readSettings } from './settings.js';

describe('the settings', () => {
  it('default to this machine', () => {
    expect(readSettings({ ORRERY_TOKEN: ' ora_x\n', ORRERY_URL: '' })).toEqual({
      url: 'http://127.0.0.1:7070',
      token: 'ora_x',
      tokenSource: 'ORRERY_TOKEN',
    });
  });

  it('accept a port, or a whole URL, without its trailing slash', () => {
    expect(readSettings({ ORRERY_PORT: '7171' }).url).toBe('http://127.0.0.1:7171');
    expect(readSettings({ ORRERY_PORT: '7171', ORRERY_URL: 'https://orrery.lan/a/' }).url).toBe('https://orrery.lan/a');
  });

  it('report where a token was expected', () => {
    const settings = readSettings({ ORRERY_HOME: '/nowhere' });
    expect(settings).toMatchObject({ token: undefined, tokenSource: '/nowhere/secrets/admin.token (not found)' });
  });

  it.each([{ ORRERY_URL: 'orrery.lan' }, { ORRERY_URL: 'file:///x' }, { ORRERY_PORT: '0' }, { ORRERY_PORT: 'x' }])(
    'refuse %j',
    (env) => {
      expect(() => readSettings(env)).toThrow(/setting/);
    },
  );
});
