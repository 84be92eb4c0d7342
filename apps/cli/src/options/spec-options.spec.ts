import { describe, expect, it } from '@jest/globals';
import { ContainerPost } from '@orrery/shared/contracts';
import { settingsChangeOf } from './membership-options.js';
import { defaultSpec, specOf } from './spec-options.js';

describe('a spec from flags', () => {
  it('is valid for the API', () => {
    const spec = specOf({ network: ['lab'], memory: 64, allowManaged: ['10.0.0.0/8'] }, defaultSpec());
    expect(ContainerPost.parse({ name: 'demo', ...spec })).toEqual({ name: 'demo', ...spec });
  });

  it('keeps parts without a flag', () => {
    const base = specOf({ network: ['a'], image: 'x:1', memory: 64, pids: 32, allowDns: true }, defaultSpec());
    expect(specOf({}, base)).toEqual(base);
    expect(specOf({ pids: 33 }, base)).toEqual({ ...base, limits: { memoryMb: 64, pids: 33 } });
    expect(specOf({ allowGlobal: true }, base).settings).toEqual({ ...base.settings, allowGlobal: true });
  });

  it('contains only the given settings, so that the others stay as they are', () => {
    expect(settingsChangeOf({})).toBeUndefined();
    expect(settingsChangeOf({ allowDefault: true })).toEqual({ allowDefault: true });
    expect(settingsChangeOf({ allowManaged: false, allowDns: true })).toEqual({ allowManaged: false, allowDNS: true });
  });
});
