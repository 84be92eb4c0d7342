import { describe, expect, it } from '@jest/globals';
import { networkFilesOf, startDaemon } from './daemon.js';
import { changeSettings, join } from './daemon-networks.js';
import { identityFrom, IDENTITY_BYTES } from './identity.js';

const ID = 'f5a6c572f6438598';
const FILE = 'allowManaged=10.99.0.0/24\nallowGlobal=0\nallowDefault=0\nallowDNS=0\n';
const { identity } = identityFrom(new Uint8Array(IDENTITY_BYTES).fill(9));

describe('joining while the daemon runs', () => {
  it('reads a list from a settings file that already exists, and has none without one', () => {
    const bare = startDaemon({ identity, now: 0 });
    expect(join(bare, ID, FILE).memberships[ID]?.settings.allowManagedOnly).toEqual(['10.99.0.0/24']);
    expect(join(bare, ID).memberships[ID]?.settings.allowManagedOnly).toEqual([]);
  });

  it('keeps the list in memory through a change, and loses it on disk', () => {
    const joined = changeSettings(join(startDaemon({ identity, now: 0 }), ID, FILE), ID, { allowDNS: true });
    expect(joined.memberships[ID]?.settings.allowManagedOnly).toEqual(['10.99.0.0/24']);
    expect(networkFilesOf(joined)[`${ID}.local.conf`]).toMatch(/^allowManaged=1$/m);
  });
});
