import { describe, expect, it } from '@jest/globals';
import { startDaemon, type Daemon } from './daemon.js';
import { heardFrom } from './daemon-receive.js';
import { heartbeats } from './daemon-rounds.js';
import { identityFrom, IDENTITY_BYTES } from './identity.js';
import { PLANET } from './moon.js';

const START = 1_000_000;
const PEER = 'aaaaaaaaaa';
const { identity } = identityFrom(new Uint8Array(IDENTITY_BYTES).fill(7));

/** A daemon that was heard from by a peer with a path, by one without, and by a root. */
function met(): Daemon {
  const [root = ''] = PLANET.roots;
  const fresh = startDaemon({ identity, now: START });
  const heard = heardFrom(heardFrom(fresh, PEER, START, '192.0.2.1/9993'), 'bbbbbbbbbb', START, null);
  return heardFrom(heard, root, START, '192.0.2.9/9993');
}
const asked = (daemon: Daemon, seconds: number) => heartbeats(daemon, START + seconds * 1000);

describe('heartbeats', () => {
  it('go every 14 s to peers with a path, and to no root', () => {
    expect(asked(met(), 13).asked).toEqual([]);
    const first = asked(met(), 14);
    expect(first.asked).toEqual([{ peer: PEER, path: '192.0.2.1/9993' }]);
    expect(asked(first.daemon, 20).asked).toEqual([]);
    expect(asked(first.daemon, 28).asked).toHaveLength(1);
  });

  it('count from what was last heard', () => {
    expect(asked(heardFrom(met(), PEER, START + 10_000, null), 20).asked).toEqual([]);
  });

  it('end with the path', () => {
    expect(asked(met(), 242).asked).toHaveLength(1);
    expect(asked(met(), 243).asked).toEqual([]);
  });
});
