/** The addresses of a bridge network: the engine gives away the lower half, and the agent the upper. */
export interface FixedAddresses {
  /** For the engine: where it may take addresses from by itself. */
  config: { Subnet: string; IPRange: string; Gateway: string };
  /** The first and last address for nodes, as numbers. */
  first: number;
  last: number;
}

/** With a smaller subnet there are too few addresses to share. */
const LARGEST_PREFIX = 26;

/** Undefined for what is no IPv4 subnet or too small. */
export function fixedAddresses(subnet: string | undefined): FixedAddresses | undefined {
  const [, base = '', bits = ''] = /^(\d+\.\d+\.\d+\.\d+)\/(\d{1,2})$/.exec(subnet ?? '') ?? [];
  const prefix = Number(bits);
  if (subnet === undefined || base === '' || prefix < 8 || prefix > LARGEST_PREFIX) return undefined;
  const start = numberOf(base);
  const size = 2 ** (32 - prefix);
  const config = { Subnet: subnet, IPRange: `${base}/${prefix + 1}`, Gateway: dotted(start + 1) };
  // Without the broadcast address.
  return { config, first: start + size / 2, last: start + size - 2 };
}

/**
 * Chooses a node's address. The search starts at a place that follows from the node's ZeroTier address, so the node finds
 * its old address again after its container was removed. Undefined if all are taken.
 */
export function chooseAddress(
  node: string,
  { first, last }: FixedAddresses,
  taken: ReadonlySet<string>,
): string | undefined {
  const size = last - first + 1;
  const begin = parseInt(node, 16) % size;
  for (let step = 0; step < size; step++) {
    const address = dotted(first + ((begin + step) % size));
    if (!taken.has(address)) return address;
  }
  return undefined;
}

const numberOf = (address: string): number => address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);

const dotted = (value: number): string => [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256).join('.');
