import type { NodeId } from '@orrery/shared/contracts';
import type { DaemonEvidence, NodeEvidence } from '@orrery/shared/machine';
import type { Evidence } from '../../../apps/agent/src/doctor/evidence.js';
import { ADDRESS } from './observed.js';

export const seen = <T>(value: T) => ({ known: true, value }) as const;
export const unseen = (why = 'it is out of sight') => ({ known: false, why }) as const;

/** A healthy machine with Docker 26 on Debian; a test states only what is wrong with it. */
export const healthy = (more: Partial<Evidence> = {}): Evidence => ({
  engine: seen({ version: '26.1.5+dfsg1', isRootless: false, isRemapped: false }),
  tun: seen({ state: 'usable', forAll: true }),
  forward: seen({ policy: 'DROP', first: 'docker' }),
  firewalls: seen({ legacyRules: 0, nftRules: 0 }),
  devices: seen(new Map([['eth0', ['192.0.2.7']]])),
  portHolder: seen(null),
  resolver: seen({ servers: ['192.0.2.53'], followsZeroTier: false }),
  roots: seen([]),
  packages: 'apt',
  nodes: [],
  items: [],
  room: seen(40e9),
  uplinkDrops: 0,
  silentMs: () => 0,
  ...more,
});

export const ROOT = '38bba1b421';

/** A node that hears its root and another node, as zerotier-one 1.14.1 shows it. */
export const nodeEvidence = (
  node: NodeId,
  more: Partial<NodeEvidence> & { says?: Partial<DaemonEvidence> } = {},
): NodeEvidence => {
  const { says, ...rest } = more;
  return {
    ...{ node, kind: 'container' },
    daemon: seen({
      ...{ address: ADDRESS, version: '1.14.1', port: 9993, tcpFallback: false },
      listeningOn: ['172.30.0.11/9993', '172.30.0.11/32880'],
      ...says,
    }),
    peers: seen([
      { address: ROOT, isRoot: true, heardMsAgo: 21_000 },
      { address: '34c61d4de0', isRoot: false, heardMsAgo: 400 },
    ]),
    dns: seen([]),
    ...rest,
  };
};
