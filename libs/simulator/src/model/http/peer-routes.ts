import { moonRootsOf, type Daemon, type Peer } from '../daemon.js';
import { PLANET } from '../moon.js';
import { VERSION } from '../timing.js';
import { json } from './http-message.js';
import { ADDRESS, route } from './route.js';

function pathsOf(peer: Peer, isActive: boolean): Record<string, unknown>[] {
  if (peer.path === null || !isActive) return [];
  return [
    {
      active: true,
      address: peer.path,
      expired: false,
      lastReceive: peer.lastReceive,
      lastSend: Math.max(peer.lastReceive, peer.lastAsked ?? 0),
      localPort: 0,
      localSocket: 1,
      preferred: true,
      trustedPathId: 0,
    },
  ];
}

/** A peer that was never greeted directly has version -1.-1.-1 and latency -1, even if relayed packets came from it. */
function peerJson(peer: Peer, role: string, isActive: boolean): Record<string, unknown> {
  const isGreeted = peer.lastReceive > 0 && peer.path !== null;
  const [major, minor, revision] = isGreeted ? [VERSION.major, VERSION.minor, VERSION.revision] : [-1, -1, -1];
  return {
    address: peer.address,
    isBonded: false,
    latency: isGreeted ? peer.latency : -1,
    paths: pathsOf(peer, isActive),
    role,
    tunneled: false,
    version: `${String(major)}.${String(minor)}.${String(revision)}`,
    versionMajor: major,
    versionMinor: minor,
    versionRev: revision,
  };
}

const silent = (address: string): Peer => ({ address, lastReceive: 0, latency: -1, path: null });

/** Roots are always listed, other peers while they were heard from recently. */
function peersOf(daemon: Daemon, now: number): Record<string, unknown>[] {
  const { pathExpiry, peerExpiry } = daemon.timing;
  const moons = moonRootsOf(daemon);
  const roots = [...moons, ...PLANET.roots].filter((address) => address !== daemon.identity.address);
  const alive = Object.values(daemon.peers).filter(({ lastReceive }) => now - lastReceive < peerExpiry);
  const addresses = [...new Set([...alive.map(({ address }) => address), ...roots])].sort();
  const roleOf = (address: string): string => {
    if (moons.includes(address)) return 'MOON';
    return (PLANET.roots as readonly string[]).includes(address) ? 'PLANET' : 'LEAF';
  };
  return addresses.map((address) => {
    const peer = daemon.peers[address] ?? silent(address);
    return peerJson(peer, roleOf(address), now - peer.lastReceive < pathExpiry);
  });
}

export const peerRoutes = [
  route('GET', '/peer', ({ node, now }) => ({ answer: json(peersOf(node.daemon, now)) })),
  route('GET', `/peer/${ADDRESS}`, ({ node, now, parts: [address = ''] }) => ({
    answer: json(peersOf(node.daemon, now).find((peer) => peer['address'] === address.toLowerCase()) ?? {}),
  })),
];
