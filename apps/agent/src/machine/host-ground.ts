import { lookup } from 'node:dns/promises';
import { readFile } from 'node:fs/promises';
import { isIP } from 'node:net';
import { explain } from '@orrery/shared/contracts';
import { describeError } from '@orrery/shared/runtime';
import type { Ground, GroundEntry, SeenGround } from '@orrery/shared/machine';
import { isZeroTierDevice } from '@orrery/shared/contracts';
import type { HostRoute } from '../kernel/host-routes.js';
import type { KernelView } from '../kernel/kernel-view.js';
import { isLinkLocal } from '../kernel/zerotier-device.js';

const FRESH_MS = 2_000;
/** Names are resolved seldom; an address that was right once stays on the list while the resolver does not answer. */
const NAMES_MS = 60_000;
const LOOKUP_MS = 2_000;
/** The second file names the servers that systemd's own resolver asks, which the first may point to. */
const RESOLVER_FILES = ['/etc/resolv.conf', '/run/systemd/resolve/resolv.conf'];

/** URLs that the agent must be able to reach, by name: `NATS`, `the API`. */
export type Ways = Readonly<Record<string, string>>;

/** Observes the addresses and routes that this host depends on. */
export class HostGround {
  #held: { until: number; seen: Promise<SeenGround> } | undefined;
  readonly #addresses = new Map<string, { until: number; addresses: string[] }>();

  constructor(
    private readonly ways: Ways,
    private readonly kernel: Pick<KernelView, 'hostRoutes' | 'deviceTowards'>,
  ) {}

  /** Never throws; the result is at most two seconds old. */
  look(): Promise<SeenGround> {
    const now = performance.now();
    if (!this.#held || this.#held.until < now) this.#held = { until: now + FRESH_MS, seen: this.#look() };
    return this.#held.seen;
  }

  async #look(): Promise<SeenGround> {
    try {
      const [routes, resolvers, ends] = await Promise.all([this.kernel.hostRoutes(), readResolvers(), this.#ends()]);
      return { known: true, value: groundOf(routes, await this.#withDevices([...resolvers, ...ends])) };
    } catch (error) {
      const { cause, fix } = explain('unexpected/unknown-ground', { error: describeError(error) });
      return { known: false, cause, fix };
    }
  }

  async #ends(): Promise<End[]> {
    const ends = Object.entries(this.ways).map(async ([name, url]): Promise<End[]> => {
      const host = URL.canParse(url) ? new URL(url).hostname.replace(/^\[|\]$/g, '') : '';
      const addresses = host ? await this.#addressesOf(host) : [];
      return addresses.map((address) => ({ address, kind: 'path', what: `${name} at ${address}` }));
    });
    return (await Promise.all(ends)).flat();
  }

  #withDevices(ends: readonly End[]): Promise<End[]> {
    const devices = ends.map(async (end) => ({
      ...end,
      device: (await this.kernel.deviceTowards(end.address)) ?? null,
    }));
    return Promise.all(devices);
  }

  async #addressesOf(host: string): Promise<string[]> {
    if (isIP(host)) return [host];
    const held = this.#addresses.get(host);
    if (held && held.until > performance.now()) return held.addresses;
    const late = new Promise<undefined>((resolve) => setTimeout(resolve, LOOKUP_MS, undefined).unref());
    const found = await Promise.race([lookup(host, { all: true }), late]).catch(() => undefined);
    const addresses = found?.map(({ address }) => address) ?? held?.addresses ?? [];
    this.#addresses.set(host, { until: performance.now() + NAMES_MS, addresses });
    return addresses;
  }
}

interface End {
  address: string;
  kind: 'path' | 'resolver';
  what: string;
  device?: string | null;
}

export async function readResolvers(): Promise<End[]> {
  const texts = await Promise.all(RESOLVER_FILES.map((file) => readFile(file, 'utf8').catch(() => '')));
  const addresses = texts.flatMap(parseResolvers);
  return [...new Set(addresses)].map((address) => ({ address, kind: 'resolver', what: `the resolver ${address}` }));
}

export const parseResolvers = (text: string): string[] =>
  [...text.matchAll(/^\s*nameserver\s+([0-9a-fA-F:.]+)/gm)].flatMap(([, address = '']) =>
    isIP(address) ? [address] : [],
  );

/** Turns what was seen into the entries that no network may take over; loopback and link-local need no protection. */
export function groundOf(routes: readonly HostRoute[], ends: readonly End[]): Ground {
  const ofRoutes = routes
    .filter(({ target, device }) => !isLinkLocal(target) && device !== 'lo')
    .map(({ target, device, isLocal }): GroundEntry => ({
      ...{ prefix: target, device },
      what: isLocal ? `the host's own address ${target.split('/')[0]}` : inWords(target, device),
      kind: device !== null && isZeroTierDevice(device) ? 'zerotier' : 'route',
    }));
  const ofEnds = ends
    .filter(({ device }) => device !== 'lo')
    .map(({ address, kind, what, device = null }): GroundEntry => ({
      ...{ prefix: `${address}/${address.includes(':') ? 128 : 32}`, kind, what, device },
    }));
  const byKey = new Map(
    [...ofRoutes, ...ofEnds].map((entry) => [`${entry.kind} ${entry.prefix} ${entry.device}`, entry]),
  );
  return [...byKey.values()];
}

function inWords(target: string, device: string | null): string {
  if (device === null) return `the route to ${target}`;
  const isDocker = device === 'docker0' || device.startsWith('br-');
  return `${target} over ${isDocker ? `Docker's bridge ${device}` : device}`;
}
