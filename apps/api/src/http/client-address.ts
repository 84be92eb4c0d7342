import type { IncomingMessage } from 'node:http';
import { BlockList, isIP, isIPv4 } from 'node:net';

/** The networks of `ORRERY_TRUSTED_PROXIES`: only what comes from there is believed when it says for whom it asks. */
export class TrustedProxies {
  readonly #list = new BlockList();
  readonly isEmpty: boolean;

  /** Addresses and networks (`10.0.0.7`, `10.0.0.0/24`, `fd00::/8`), as `parseNetwork` accepts them. */
  constructor(networks: readonly string[]) {
    this.isEmpty = networks.length === 0;
    for (const network of networks) {
      const { address, prefix, family } = parseNetwork(network) as Network;
      this.#list.addSubnet(address, prefix, family);
    }
  }

  includes(address: string | undefined): boolean {
    const plain = plainAddress(address);
    return !this.isEmpty && plain !== undefined && this.#list.check(plain, isIPv4(plain) ? 'ipv4' : 'ipv6');
  }
}

interface Network {
  address: string;
  prefix: number;
  family: 'ipv4' | 'ipv6';
}

/** Undefined for anything but an address, or an address with the length of its prefix. */
export function parseNetwork(text: string): Network | undefined {
  const [address = '', length, ...more] = text.split('/');
  const version = isIP(address);
  if (version === 0 || more.length > 0) return undefined;
  const longest = version === 4 ? 32 : 128;
  const prefix = length === undefined ? longest : /^\d{1,3}$/.test(length) ? Number(length) : NaN;
  return prefix <= longest ? { address, prefix, family: version === 4 ? 'ipv4' : 'ipv6' } : undefined;
}

/**
 * What a client is counted by: its IPv4 address, or the /64 of its IPv6 address, for whoever has one address of a /64 has all.
 * `ip` is Fastify's, which is what a trusted proxy says; what is no address there is the proxy's own doing and counts as the proxy.
 */
export function clientOf({ ip, raw }: { ip: string; raw: IncomingMessage }): string {
  return clientKey(ip) ?? clientKey(raw.socket.remoteAddress) ?? 'unknown';
}

export function clientKey(address: string | undefined): string | undefined {
  const plain = plainAddress(address);
  if (plain === undefined || isIPv4(plain)) return plain;
  const [head = '', tail] = plain.split('::');
  const groups = head.split(':').filter(Boolean);
  const last = tail?.split(':').filter(Boolean) ?? [];
  const zeros = tail === undefined ? [] : Array<string>(Math.max(0, 8 - groups.length - last.length)).fill('0');
  return `${[...groups, ...zeros, ...last].slice(0, 4).map(shortest).join(':')}::/64`;
}

const shortest = (group: string) => group.toLowerCase().replace(/^0+(?=.)/, '');

/** Without a zone, and IPv4 as such also where a socket for both families shows it as IPv6. */
function plainAddress(address: string | undefined): string | undefined {
  const plain = address?.replace(/%.*$/, '').replace(/^::ffff:(?=\d+\.)/i, '') ?? '';
  return isIP(plain) === 0 ? undefined : plain;
}
