import { describe, expect, it } from '@jest/globals';
import { may } from './may.js';

const LAUNCH = 'POST /v1/hosts/{host}/containers';
const PAUSE = 'POST /v1/hosts/{host}/pause';
const CREATE = 'POST /v1/networks';
const ADD = 'POST /v1/join-tokens';
const whole = { scope: null };

describe('a login', () => {
  it('is offered what its role can do', () => {
    const offered = (role: 'viewer' | 'operator' | 'admin') =>
      [LAUNCH, PAUSE, CREATE, ADD, 'POST /v1/unheard-of'].map((operation) => may({ role, ...whole }, operation));
    expect(offered('viewer')).toEqual([false, false, false, false, false]);
    expect(offered('operator')).toEqual([true, true, true, false, false]);
    expect(offered('admin')).toEqual([true, true, true, true, false]);
  });

  it('is offered no change beyond its scope', () => {
    const offered = (scope: { hosts: string | null; networks: string[] | null }) =>
      [LAUNCH, PAUSE, CREATE].map((operation) => may({ role: 'operator', scope }, operation));
    expect(offered({ hosts: 'site=cloud', networks: null })).toEqual([true, true, false]);
    expect(offered({ hosts: null, networks: ['8056c2e21c000001'] })).toEqual([true, false, false]);
  });
});
