import { describe, expect, it } from '@jest/globals';
import { ProbeTarget, probeTargetText } from './probes.js';

const isTarget = (target: object) => ProbeTarget.safeParse(target).success;

describe('the target of a probe', () => {
  it.each([
    { kind: 'ping', host: '10.1.2.3' },
    { kind: 'ping', host: 'fd00::1', count: 100 },
    { kind: 'tcp', host: 'db.lan', port: 5432 },
    { kind: 'http', url: 'http://earth.zerotier.net/' },
    { kind: 'http', url: 'https://[fd00::1]:8443/a?b=c@d' },
  ])('may be %j', (target) => expect(isTarget(target)).toBe(true));

  it.each([
    { kind: 'ping', host: '-f' },
    { kind: 'ping', host: '10.1.2.3; reboot' },
    { kind: 'ping', host: '10.1.2.3', count: 101 },
    { kind: 'ping', host: 'fe80::1%eth0' },
    { kind: 'tcp', host: 'db.lan', port: 0 },
    { kind: 'http', url: 'http://me:secret@10.1.2.3/' },
    { kind: 'http', url: 'http://me@10.1.2.3/' },
    { kind: 'http', url: 'file:///etc/shadow' },
    { kind: 'http', url: '/status' },
    { kind: 'udp', host: '10.1.2.3', port: 53 },
  ])('may not be %j', (target) => expect(isTarget(target)).toBe(false));

  it('is reported without anything that may be a secret', () => {
    const text = (target: object) => probeTargetText(ProbeTarget.parse(target));
    expect(text({ kind: 'http', url: 'https://a.b/c?token=d#e' })).toBe('https://a.b/c?…');
    expect(text({ kind: 'http', url: 'https://a.b/c#e' })).toBe('https://a.b/c');
    expect(text({ kind: 'tcp', host: 'fd00::1', port: 80 })).toBe('[fd00::1]:80');
    expect(text({ kind: 'ping', host: '10.1.2.3' })).toBe('10.1.2.3');
  });
});
