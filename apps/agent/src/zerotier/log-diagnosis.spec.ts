import { describe, expect, it } from '@jest/globals';
import { diagnoseLog, lastLine } from './log-diagnosis.js';

describe('the log of a daemon', () => {
  it.each([
    [
      'tun-missing',
      'ERROR: unable to configure virtual network port: could not open TUN/TAP device: No such file or directory',
    ],
    ['tun-missing', 'ERROR: unable to configure virtual network port: could not open TUN/TAP device: No such device'],
    [
      'tun-denied',
      'ERROR: unable to configure virtual network port: could not open TUN/TAP device: Operation not permitted',
    ],
    [
      'net-admin-missing',
      'ERROR: unable to configure virtual network port: unable to configure TUN/TAP device for TAP operation',
    ],
    ['port-taken', '/usr/sbin/zerotier-one: fatal error: cannot bind to local control interface port 9993'],
    ['port-taken', 'Error binding control plane to 0.0.0.0:9993\nERROR: Could not bind control plane. Exiting...'],
    ['image-architecture', '[FATAL tini (7)] exec /usr/sbin/zerotier-one failed: Exec format error'],
    ['image-unsuitable', '[FATAL tini (7)] exec /usr/sbin/zerotier-one failed: No such file or directory'],
    ['identity-lost', 'zerotier-one: fatal error: invalid identity loaded from disk. Please remove identity.public'],
    ['daemon-unreachable', 'ERROR: unable to parse local.conf (invalid JSON)'],
    ['daemon-unreachable', '/usr/sbin/zerotier-one: fatal error: authtoken.secret could not be written'],
  ])('yields %s from these words', (code, line) => {
    expect(diagnoseLog(`Starting Control Plane...\n${line}\nmore\n`)).toMatchObject({ code });
  });

  it('yields no diagnosis when all is well', () => {
    expect(diagnoseLog('Starting Control Plane...\nStarting V6 Control Plane...\n')).toBeUndefined();
    expect(diagnoseLog('')).toBeUndefined();
  });

  it('yields its last line without control characters', () => {
    expect(lastLine('one\n\u001b[31mtwo\u0007\n\n')).toBe('[31mtwo');
    expect(lastLine('')).toBe('');
  });
});
