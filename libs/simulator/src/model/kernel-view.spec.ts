import { describe, expect, it } from '@jest/globals';
import { startDaemon } from './daemon.js';
import { receive } from './daemon-receive.js';
import { identityFrom, IDENTITY_BYTES } from './identity.js';
import { interfacesOf } from './kernel-view.js';

const ID = 'f5a6c572f6438598';
const config = {
  name: 'lab',
  public: false,
  revision: 1,
  mtu: 2800,
  broadcast: true,
  bridge: false,
  addresses: ['10.99.0.70/24', '8.8.4.4/24'],
  routes: ['10.99.0.0/24', '192.168.77.0/24', '172.31.0.0/25', '1.1.1.0/24', '0.0.0.0/0'].map((target) => ({
    target,
    via: target.startsWith('10.') ? null : '10.99.0.1',
  })),
  dns: { domain: '', servers: [] },
};

/** What the kernel shows of a network with these settings in its local.conf. */
function shown(settings: string, tun: 'present' | 'missing' = 'present') {
  const { identity } = identityFrom(new Uint8Array(IDENTITY_BYTES).fill(9));
  const networkFiles = { [`${ID}.conf`]: '', [`${ID}.local.conf`]: settings };
  const daemon = startDaemon({ identity, now: 0, networkFiles, tun });
  const message = { kind: 'config', from: ID.slice(0, 10), to: identity.address, networkId: ID, config } as const;
  const [device] = interfacesOf(receive(daemon, message, 400).state);
  return device && { addresses: device.addresses, targets: device.routes.map((route) => route.target) };
}

describe('what the kernel shows', () => {
  it('has private addresses and every private route by default', () => {
    expect(shown('')).toEqual({
      addresses: ['10.99.0.70/24'],
      targets: ['10.99.0.0/24', '192.168.77.0/24', '172.31.0.0/25'],
    });
  });

  it('has an interface with nothing on it when managed addresses are not allowed', () => {
    expect(shown('allowManaged=0')).toEqual({ addresses: [], targets: [] });
  });

  it('has only what a list of prefixes names', () => {
    expect(shown('allowManaged=10.99.0.0/24')).toEqual({ addresses: ['10.99.0.70/24'], targets: ['10.99.0.0/24'] });
  });

  it('has public addresses and the default route only when each is allowed', () => {
    expect(shown('allowGlobal=1')?.addresses).toContain('8.8.4.4/24');
    expect(shown('allowGlobal=1')?.targets).toContain('1.1.1.0/24');
    expect(shown('allowGlobal=1')?.targets).not.toContain('0.0.0.0/0');
    expect(shown('allowDefault=1')?.targets).toContain('0.0.0.0/0');
  });

  it('has nothing at all without a TUN device', () => {
    expect(shown('', 'missing')).toBeUndefined();
  });
});
