import {
  MembershipStatus,
  type ObservedDaemon,
  type ObservedMembership,
  type ObservedPeer,
} from '@orrery/shared/contracts';
import type { DaemonNetwork, DaemonPeer, DaemonStatus } from './local-api.js';

/** A network's owner can choose any name; the daemon itself allows no more than this. */
const MAX_NAME = 255;

export function observedDaemon({ address, version, online, config }: DaemonStatus): ObservedDaemon {
  const { listeningOn, primaryPort } = config?.settings ?? {};
  return { address, version, online, ...(listeningOn?.length === 0 && { lacksPort: primaryPort ?? 0 }) };
}

/** Converts a network into the agent's form. A status that is not known becomes UNKNOWN, never a guess. */
export function observedMembership(network: DaemonNetwork, allowManagedList: string[] | null): ObservedMembership {
  const status = MembershipStatus.safeParse(network.status);
  return {
    network: network.nwid,
    name: network.name.slice(0, MAX_NAME),
    type: network.type === 'PUBLIC' ? 'PUBLIC' : 'PRIVATE',
    status: status.success ? status.data : 'UNKNOWN',
    device: network.portDeviceName ? network.portDeviceName : null,
    mac: network.mac,
    mtu: network.mtu,
    addresses: [...network.assignedAddresses].sort(),
    routes: network.routes
      .map(({ target, via }) => ({ target, via: via ?? null }))
      .sort((left, right) => compare(`${left.target} ${left.via}`, `${right.target} ${right.via}`)),
    bridge: network.bridge,
    allowManaged: network.allowManaged,
    allowGlobal: network.allowGlobal,
    allowDefault: network.allowDefault,
    allowDNS: network.allowDNS,
    allowManagedList,
    authenticationUrl: network.authenticationURL ? network.authenticationURL : null,
  };
}

/**
 * A peer that was heard from and has no active path is relayed; a latency below 0 is unknown. Undefined for a peer that
 * is not reached at all: one that was never heard from, or a root without a path. Nobody relays to a root, but the
 * daemon lists those of its planet forever and calls them RELAY. A relayed peer has a version only if it was reached
 * directly before; `isHeard`: packets came from it (docs/zerotier-facts.md#endpoints).
 */
export function observedPeer(
  { address, role, version, latency, paths }: DaemonPeer,
  isHeard = false,
): ObservedPeer | undefined {
  const isRoot = role === 'PLANET' || role === 'MOON';
  const active = paths.filter((path) => path.active);
  const isDirect = active.length > 0;
  const used = active.find(({ preferred }) => preferred) ?? active[0];
  const endpoint = used?.address;
  if (!isDirect && (isRoot || (version.startsWith('-1') && !isHeard))) return undefined;
  return {
    address,
    role: isRoot ? role : 'LEAF',
    path: isDirect ? 'direct' : 'relayed',
    latencyMs: latency < 0 ? null : latency,
    ...(endpoint && { endpoint }),
    ...(!isRoot && used && isSilent(used) && { silent: true }),
  };
}

/** Two of the questions that it sends along a path each 14 s are without an answer (docs/zerotier-facts.md#endpoints). */
const SILENT_MS = 30_000;

/** A root is asked less often than that. */
const isSilent = ({ lastSend = 0, lastReceive = 0 }: DaemonPeer['paths'][number]) =>
  lastReceive > 0 && lastSend - lastReceive > SILENT_MS;

export const compare = (left: string, right: string): number => (left < right ? -1 : left > right ? 1 : 0);
