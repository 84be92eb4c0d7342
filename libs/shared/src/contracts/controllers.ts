import { z } from 'zod';
import { Cidr, NetworkId, NodeAddress } from './ids.js';
import { MAX_ADDRESS, MAX_ADDRESSES, MAX_CAUSE, MAX_FIX, MAX_LISTED, MAX_NAME, MAX_WORD } from './lengths.js';
import { FlowRule, NetworkCapability, NetworkRule, NetworkTag } from './network-rules.js';

const Ip = z.union([z.ipv4(), z.ipv6()]);

/** Addresses from `start` to `end`, both among them, of one family. */
export const AddressPool = z
  .strictObject({ start: Ip, end: Ip })
  .refine(({ start, end }) => start.includes(':') === end.includes(':'), 'both ends have to be of one family')
  .meta({ id: 'AddressPool' });
export type AddressPool = z.infer<typeof AddressPool>;

/** A route that the network pushes; without `via` it is on the link. */
export const NetworkRoute = z
  .strictObject({ target: Cidr, via: Ip.nullable().default(null) })
  .meta({ id: 'NetworkRoute' });
export type NetworkRoute = z.infer<typeof NetworkRoute>;

export const NetworkDns = z
  .strictObject({
    domain: z.string().regex(/^[a-z0-9]([a-z0-9.-]{0,125}[a-z0-9])?$/i, 'a DNS domain of at most 127 characters'),
    servers: z.array(Ip).min(1).max(4),
  })
  .meta({ id: 'NetworkDns' });
export type NetworkDns = z.infer<typeof NetworkDns>;

const config = {
  /** True: nodes need to be authorized. */
  private: z.boolean(),
  pools: z.array(AddressPool).max(16),
  routes: z.array(NetworkRoute).max(32),
  dns: NetworkDns.nullable(),
  mtu: z.int().min(1280).max(10_000),
  broadcast: z.boolean(),
  /** How many receivers one multicast has at most. */
  multicastLimit: z.int().min(0).max(65_535),
  /** Whether the controller gives out IPv4 addresses of the pools. */
  v4: z.strictObject({ pools: z.boolean() }),
  /** IPv6 by pools, and computed from the node's address: RFC 4193 (/128 each) and 6PLANE (/80 each). */
  v6: z.strictObject({ pools: z.boolean(), rfc4193: z.boolean(), sixPlane: z.boolean() }),
  /** Flow rules as the controller takes them. */
  rules: z.array(NetworkRule).max(1024),
  tags: z.array(z.looseObject({ id: z.int().nonnegative() })).max(128),
  capabilities: z.array(z.looseObject({ id: z.int().nonnegative(), rules: z.array(NetworkRule).max(64) })).max(128),
};

/** How a network is to be, or is, on its controller. */
export const NetworkConfig = z.strictObject(config).meta({ id: 'NetworkConfig' });
export type NetworkConfig = z.infer<typeof NetworkConfig>;

/** How people want it: their rules are held to the form of each type, what a controller shows is taken as it is. */
const wanted = {
  ...config,
  rules: z.array(FlowRule).max(1024),
  tags: z.array(NetworkTag).max(128),
  capabilities: z.array(NetworkCapability).max(128),
};

/** Some of it: what is not named stays as it is. */
export const NetworkConfigChange = z.strictObject(wanted).partial().meta({ id: 'NetworkConfigChange' });
export type NetworkConfigChange = z.infer<typeof NetworkConfigChange>;

/** What a new network is where nothing is said: zerotier-one's own defaults, and addresses from the pools. */
export const NEW_NETWORK: NetworkConfig = {
  ...{ private: true, pools: [], routes: [], dns: null, mtu: 2800, broadcast: true, multicastLimit: 32 },
  v4: { pools: true },
  v6: { pools: false, rfc4193: false, sixPlane: false },
  rules: [{ type: 'ACTION_ACCEPT' }],
  ...{ tags: [], capabilities: [] },
};

/** A network as its controller has it. `config` is what was understood of it. */
export const ControllerNetwork = z.object({ id: NetworkId, name: z.string().max(MAX_NAME), config: NetworkConfig });
export type ControllerNetwork = z.infer<typeof ControllerNetwork>;

/** What a controller records of one node in one network: it says who may come in, the node says who is. */
export const ControllerRecord = z.object({
  address: NodeAddress,
  authorized: z.boolean(),
  name: z.string().max(MAX_NAME),
  /** Addresses that it was given or is to have. */
  addresses: z.array(z.string().max(MAX_ADDRESS)).max(MAX_ADDRESSES),
  bridge: z.boolean(),
  /** True: it gets no address of the pools. */
  noAutoAssign: z.boolean(),
  /** Of its zerotier-one, when it was heard of; null: it never asked to be let in. */
  version: z.string().max(MAX_WORD).nullable(),
});
export type ControllerRecord = z.infer<typeof ControllerRecord>;

/** What is to be different of a record; one that is not there is made: a node may be authorized before it exists. */
export const ControllerRecordChange = ControllerRecord.omit({ version: true }).partial().required({ address: true });
export type ControllerRecordChange = z.infer<typeof ControllerRecordChange>;

/** Most records in one call. */
export const MAX_RECORDS = 200;
/** Most records in one answer. */
export const MAX_RECORDS_ANSWERED = 1000;

/** What a controller can be asked for, through the agent of the host that it is on. All of it may be repeated. */
export const ControllerAsk = z.discriminatedUnion('do', [
  z.object({ do: z.literal('probe') }),
  z.object({ do: z.literal('get-network'), network: NetworkId }),
  z.object({ do: z.literal('put-network'), network: NetworkId, name: z.string().max(127), config: NetworkConfig }),
  z.object({ do: z.literal('delete-network'), network: NetworkId }),
  /** Records of the network in the order of addresses, `limit` at most, beginning after `after`. */
  z.object({
    do: z.literal('records'),
    network: NetworkId,
    after: NodeAddress.nullable(),
    limit: z.int().min(1).max(MAX_RECORDS_ANSWERED),
  }),
  z.object({
    do: z.literal('put-records'),
    network: NetworkId,
    records: z.array(ControllerRecordChange).min(1).max(MAX_RECORDS),
  }),
  z.object({
    do: z.literal('delete-records'),
    network: NetworkId,
    addresses: z.array(NodeAddress).min(1).max(MAX_RECORDS),
  }),
]);
export type ControllerAsk = z.infer<typeof ControllerAsk>;

/**
 * Why a controller did not do it. `controller-absent`: this build of zerotier-one has none (GET /controller is 404);
 * `controller-not-ready`: it is starting (503); `controller-unreachable`: no answer of zerotier-one; `unknown-network`: it does not
 * have this network.
 */
export const ControllerTrouble = z.enum([
  'controller-absent',
  'controller-not-ready',
  'controller-unreachable',
  'unknown-network',
]);
export type ControllerTrouble = z.infer<typeof ControllerTrouble>;

/** Value of an `ok` reply to the call `controller`: the answer to each `do` is in the field of its kind. */
export const ControllerResult = z.discriminatedUnion('result', [
  z.object({
    result: z.literal('trouble'),
    code: ControllerTrouble,
    cause: z.string().max(MAX_CAUSE),
    fix: z.string().max(MAX_FIX),
  }),
  z.object({
    result: z.literal('probed'),
    address: NodeAddress,
    version: z.string().max(MAX_WORD),
    networks: z.array(NetworkId).max(MAX_LISTED),
  }),
  z.object({ result: z.literal('network'), network: ControllerNetwork }),
  z.object({
    result: z.literal('records'),
    records: z.array(ControllerRecord).max(MAX_RECORDS_ANSWERED),
    more: z.boolean(),
  }),
  z.object({ result: z.literal('deleted') }),
]);
export type ControllerResult = z.infer<typeof ControllerResult>;
