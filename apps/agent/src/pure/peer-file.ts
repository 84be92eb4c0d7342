/** The daemon's own `peers.d/<address>.peer`. Its version is unknown (zeros), so the peer is contacted with a full hello. */
const FORMAT = 2;
const IDENTITY_TYPE = 0;
const NO_SECRET = 0;
const VERSION_BYTES = 8;
const IPV4 = 4;

/**
 * A peer as zerotier-one 1.14 caches it: when it first looks for this node, it reads the file, and says hello to each of
 * these endpoints (docs/zerotier-facts.md#strangers). Undefined if the identity cannot be read.
 */
export function peerFile(
  identityPublic: string,
  endpoints: readonly { ip: string; port: number }[],
): Uint8Array | undefined {
  const [, address, key] = /^([0-9a-f]{10}):0:([0-9a-f]{128})$/.exec(identityPublic) ?? [];
  if (address === undefined || key === undefined) return undefined;
  const paths = endpoints.filter(({ ip }) => /^\d{1,3}(\.\d{1,3}){3}$/.test(ip));
  return Uint8Array.from([
    FORMAT,
    ...Buffer.from(address, 'hex'),
    IDENTITY_TYPE,
    ...Buffer.from(key, 'hex'),
    NO_SECRET,
    ...new Array<number>(VERSION_BYTES).fill(0),
    ...twoBytes(paths.length),
    ...paths.flatMap(({ ip, port }) => [IPV4, ...ip.split('.').map(Number), ...twoBytes(port)]),
  ]);
}

const twoBytes = (value: number): [number, number] => [value >> 8, value & 0xff];

/**
 * A datagram that makes a daemon look for a node, and does nothing else: a LAN beacon, eight ignored bytes and the
 * address (docs/zerotier-facts.md#strangers).
 */
export const beaconOf = (address: string): Buffer => Buffer.from(address.padStart(26, '0'), 'hex');
