import {
  contains,
  formatAddress,
  formatPrefix,
  parseAddress,
  parsePrefix,
  unmapped,
  type Address,
  type Prefix,
} from '@orrery/shared/addresses';
import type { IncomingMessage } from 'node:http';

/**
 * The networks of `ORRERY_TRUSTED_PROXIES`. Only these proxies are believed when they name the client for which they
 * ask.
 */
export class TrustedProxies {
  readonly #list: readonly Prefix[];
  readonly isEmpty: boolean;

  /** Addresses and networks (`10.0.0.7`, `10.0.0.0/24`, `fd00::/8`), as `parsePrefix` accepts them. */
  constructor(networks: readonly string[]) {
    this.#list = networks.map((network) => parsePrefix(network) as Prefix);
    this.isEmpty = networks.length === 0;
  }

  includes(address: string | undefined): boolean {
    const plain = this.isEmpty ? undefined : plainAddress(address);
    return plain !== undefined && this.#list.some((network) => contains(network, plain));
  }
}

/**
 * The key by which a client is counted: its IPv4 address, or the /64 of its IPv6 address, because a client with one
 * address of a /64 has all of them. `ip` comes from Fastify, which takes it from a trusted proxy; if it is not an
 * address, that is the proxy's fault, and it counts as the proxy.
 */
export function clientOf({ ip, raw }: { ip: string; raw: IncomingMessage }): string {
  return clientKey(ip) ?? clientKey(raw.socket.remoteAddress) ?? 'unknown';
}

export function clientKey(address: string | undefined): string | undefined {
  const plain = plainAddress(address);
  return plain && (plain.version === 4 ? formatAddress(plain) : formatPrefix({ ...plain, bits: 64 }));
}

/** Drops the zone, and returns IPv4 addresses as such even if a dual-stack socket shows them as IPv6. */
function plainAddress(text: string | undefined): Address | undefined {
  const address = parseAddress(text?.replace(/%.*$/, '') ?? '');
  return address && unmapped(address);
}
