import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { AppError } from './app-error.js';
import { BooleanSetting, readConfig } from './config.js';

const Settings = z.object({
  PORT: z.coerce.number().int().default(7070),
  ON: BooleanSetting.default(false),
  NAME: z.string(),
});

describe('readConfig', () => {
  it('treats an empty value as absent, and reads only the settings of the schema', () => {
    expect(readConfig(Settings, { PORT: '', ON: 'yes', NAME: 'x', HOME: '/root' })).toEqual({
      PORT: 7070,
      ON: true,
      NAME: 'x',
    });
  });

  it('names every wrong setting at once', () => {
    const read = () => readConfig(Settings, { PORT: 'x', ON: 'perhaps' });
    expect(read).toThrow(AppError);
    expect(read).toThrow(/PORT: .*ON: .*NAME: /);
  });

  it.each([
    ['true', true],
    ['1', true],
    ['ON', true],
    ['false', false],
    ['0', false],
    ['No', false],
  ])('reads %s as %s', (text, value) => {
    expect(BooleanSetting.parse(text)).toBe(value);
  });
});
