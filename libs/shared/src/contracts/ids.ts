import { z } from 'zod';

/** Random ids are `<prefix>_` and 20 characters of lowercase base32: 100 bits, safe as one NATS subject token and in a URL. */
const ALPHABET = 'abcdefghijklmnopqrstuvwxyz234567';
const prefixed = <P extends string>(prefix: P) =>
  z
    .templateLiteral([`${prefix}_`, z.string().regex(/^[a-z2-7]{20}$/)], {
      error: `must be an ID: ${prefix}_ and 20 characters of a-z and 2-7`,
    })
    .meta({ description: `random id, ${prefix}_ and 20 base32 characters` });

export const HostId = prefixed('hst');
export type HostId = z.infer<typeof HostId>;
export const NodeId = prefixed('nod');
export type NodeId = z.infer<typeof NodeId>;
export const ContainerId = prefixed('ctr');
export type ContainerId = z.infer<typeof ContainerId>;
export const ItemId = prefixed('itm');
export type ItemId = z.infer<typeof ItemId>;
export const CommandId = prefixed('cmd');
export type CommandId = z.infer<typeof CommandId>;
export const Epoch = prefixed('epo');
export type Epoch = z.infer<typeof Epoch>;
export const CallId = prefixed('cal');
export type CallId = z.infer<typeof CallId>;
export const TokenId = prefixed('tok');
export type TokenId = z.infer<typeof TokenId>;
export const ControllerId = prefixed('ctl');
export type ControllerId = z.infer<typeof ControllerId>;
export const JoinTokenId = prefixed('jtk');
export type JoinTokenId = z.infer<typeof JoinTokenId>;

export const ProbeId = prefixed('prb');
export type ProbeId = z.infer<typeof ProbeId>;
export const LoginId = prefixed('lgn');
export type LoginId = z.infer<typeof LoginId>;

export const RouteId = prefixed('rte');
export type RouteId = z.infer<typeof RouteId>;

/** The type of an id by its prefix. */
export interface IdKinds {
  hst: HostId;
  nod: NodeId;
  ctr: ContainerId;
  itm: ItemId;
  cmd: CommandId;
  epo: Epoch;
  cal: CallId;
  tok: TokenId;
  jtk: JoinTokenId;
  ctl: ControllerId;
  prb: ProbeId;
  lgn: LoginId;
  rte: RouteId;
}

/** A new ID from 20 random bytes (the caller provides the randomness, so that this file stays pure). */
export function idFrom<P extends keyof IdKinds>(prefix: P, random: Uint8Array): IdKinds[P] {
  if (random.length < 20) throw new RangeError('an ID needs 20 random bytes');
  const body = Array.from(random.subarray(0, 20), (byte) => ALPHABET[byte & 31]).join('');
  return `${prefix}_${body}` as IdKinds[P];
}

/** A ZeroTier network ID: 16 lowercase hex digits; the first ten are its controller's address. */
export const NetworkId = z
  .string()
  .regex(/^[0-9a-f]{16}$/, 'must be a ZeroTier network ID: 16 lowercase hex digits')
  .meta({ example: '8056c2e21c000001' });
export type NetworkId = z.infer<typeof NetworkId>;

/** A ZeroTier node address: 10 lowercase hex digits. It is observed and can change; never use it as an Orrery ID. */
export const NodeAddress = z.string().regex(/^[0-9a-f]{10}$/, 'must be a ZeroTier address: 10 lowercase hex digits');
export type NodeAddress = z.infer<typeof NodeAddress>;

/** What anybody may know of a node: `<address>:0:<public key>`, as in `identity.public`. */
export const PublicIdentity = z
  .string()
  .regex(/^(?!ff|0{10})[0-9a-f]{10}:0:[0-9a-f]{128}$/, 'must be a public identity: <address>:0:<128 hex digits>');
export type PublicIdentity = z.infer<typeof PublicIdentity>;

/** Names of hosts and containers: a DNS label, so that it can be a host name, a container name and a URL segment. */
export const Name = z
  .string()
  .regex(
    /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/,
    'must be 1 to 63 characters of a-z, 0-9 and -, and must not start or end with -',
  );
export type Name = z.infer<typeof Name>;

/** An IPv4 or IPv6 prefix such as 10.1.2.0/24. */
export const Cidr = z.union([z.cidrv4(), z.cidrv6()]);
export type Cidr = z.infer<typeof Cidr>;

/**
 * The interface name that zerotier-one gives to a network on Linux: `zt` and base32 of the low 40 bits of nwid XOR nwid >> 24.
 * Source: docs/zerotier-facts.md#status (recorded: 8056c2e21c000001 is ztmjfmfyq5).
 */
export function interfaceName(network: NetworkId): string {
  const id = BigInt(`0x${network}`);
  let rest = (id ^ (id >> 24n)) & 0xff_ffff_ffffn;
  let name = '';
  for (let digit = 0; digit < 8; digit++) {
    name = (ALPHABET[Number(rest & 31n)] as string) + name;
    rest >>= 5n;
  }
  return `zt${name}`;
}

/** The address of a network's controller: the first ten digits of the network's ID. */
export const controllerOf = (network: NetworkId): NodeAddress => network.slice(0, 10);

/** `zt` and eight base32 letters: the names that zerotier-one uses on Linux (see interfaceName). */
export const isZeroTierDevice = (device: string): boolean => /^zt[a-z2-7]{8}$/.test(device);
