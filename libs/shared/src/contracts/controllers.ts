import { z } from 'zod';
import { Cidr, NetworkId, NodeAddress } from './ids.js';
import { MAX_ADDRESS, MAX_ADDRESSES, MAX_CAUSE, MAX_FIX, MAX_LISTED, MAX_NAME, MAX_WORD } from './lengths.js';
import { FlowRule, NetworkCapability, NetworkRule, NetworkTag } from './network-rules.js';

const Ip = z.union([z.ipv4(), z.ipv6()]);

export const AddressPool = z
  .strictObject({ start: Ip.describe('First address.'), end: Ip.describe('Last address.') })
  .refine(({ start, end }) => start.includes(':') === end.includes(':'), 'both ends must be of the same family')
  .meta({ id: 'AddressPool', description: 'A range of IP addresses of one family, both ends included.' });
export type AddressPool = z.infer<typeof AddressPool>;

export const NetworkRoute = z
  .strictObject({
    target: Cidr.describe('Prefix that it leads to.'),
    via: Ip.nullable().default(null).describe('Gateway; null: it is on the link itself.'),
  })
  .meta({ id: 'NetworkRoute', description: 'A route that the network pushes.' });
export type NetworkRoute = z.infer<typeof NetworkRoute>;

export const NetworkDns = z
  .strictObject({
    domain: z
      .string()
      .regex(/^[a-z0-9]([a-z0-9.-]{0,125}[a-z0-9])?$/i, 'must be a DNS domain of at most 127 characters')
      .describe('Domain that they serve.'),
    servers: z.array(Ip).min(1).max(4).describe('Their IP addresses.'),
  })
  .meta({ id: 'NetworkDns', description: 'DNS servers that the network pushes.' });
export type NetworkDns = z.infer<typeof NetworkDns>;

const config = {
  private: z.boolean().describe('True: nodes must be authorized. False: anybody who knows the ID gets in.'),
  pools: z.array(AddressPool).max(16).describe('Ranges from which the controller assigns addresses.'),
  routes: z.array(NetworkRoute).max(32).describe('Routes that it pushes.'),
  dns: NetworkDns.nullable().describe('DNS servers that it pushes; null: none.'),
  mtu: z.int().min(1280).max(10_000).describe('MTU in bytes.'),
  broadcast: z.boolean().describe('Whether nodes are allowed to send Ethernet broadcasts.'),
  multicastLimit: z.int().min(0).max(65_535).describe('How many nodes one multicast reaches at most.'),
  v4: z
    .strictObject({ pools: z.boolean().describe('True: from the pools.') })
    .describe('How IPv4 addresses are assigned.'),
  v6: z
    .strictObject({
      pools: z.boolean().describe('True: from the pools.'),
      rfc4193: z.boolean().describe('True: one address of RFC 4193 (/128), computed from the node’s address.'),
      sixPlane: z.boolean().describe('True: a 6PLANE prefix (/80), computed from the node’s address.'),
    })
    .describe('How IPv6 addresses are assigned.'),
  rules: z.array(NetworkRule).max(1024).describe('Flow rules, as the controller accepts them.'),
  tags: z
    .array(z.looseObject({ id: z.int().nonnegative().describe('Number of the tag.') }))
    .max(128)
    .describe('Tags that flow rules use, as the controller accepts them.'),
  capabilities: z
    .array(
      z.looseObject({
        id: z.int().nonnegative().describe('Number of the capability.'),
        rules: z.array(NetworkRule).max(64).describe('Flow rules that hold for nodes with it.'),
      }),
    )
    .max(128)
    .describe('Capabilities, as the controller accepts them.'),
};

export const NetworkConfig = z
  .strictObject(config)
  .meta({ id: 'NetworkConfig', description: 'Configuration of a network.' });
export type NetworkConfig = z.infer<typeof NetworkConfig>;

/** The form that people write: each rule must have the fields of its type. What a controller shows is accepted as it is. */
const wanted = {
  ...config,
  rules: z.array(FlowRule).max(1024).describe('Rule table, in the order in which it applies.'),
  tags: z.array(NetworkTag).max(128).describe('Tags that rules compare.'),
  capabilities: z.array(NetworkCapability).max(128).describe('Capabilities that nodes can be given.'),
};

export const NetworkConfigChange = z.strictObject(wanted).partial().meta({
  id: 'NetworkConfigChange',
  description: 'Configuration of a network to change; anything left out stays as it is.',
});
export type NetworkConfigChange = z.infer<typeof NetworkConfigChange>;

/** Defaults of a new network: zerotier-one's own, and addresses from the pools. */
export const NEW_NETWORK: NetworkConfig = {
  ...{ private: true, pools: [], routes: [], dns: null, mtu: 2800, broadcast: true, multicastLimit: 32 },
  v4: { pools: true },
  v6: { pools: false, rfc4193: false, sixPlane: false },
  rules: [{ type: 'ACTION_ACCEPT' }],
  ...{ tags: [], capabilities: [] },
};

/** A network as its controller has it. `config` is the part that Orrery understands. */
export const ControllerNetwork = z.object({ id: NetworkId, name: z.string().max(MAX_NAME), config: NetworkConfig });
export type ControllerNetwork = z.infer<typeof ControllerNetwork>;

/** What a controller records of one node in one network. It only decides who may enter; the node reports whether it did. */
export const ControllerRecord = z.object({
  address: NodeAddress,
  authorized: z.boolean(),
  name: z.string().max(MAX_NAME),
  /** Addresses that it was assigned or should get. */
  addresses: z.array(z.string().max(MAX_ADDRESS)).max(MAX_ADDRESSES),
  bridge: z.boolean(),
  /** True: the pools assign it no address. */
  noAutoAssign: z.boolean(),
  /** Version of its zerotier-one, once it was heard from; null: it never asked to join. */
  version: z.string().max(MAX_WORD).nullable(),
});
export type ControllerRecord = z.infer<typeof ControllerRecord>;

/** Changes to a record. A record that does not exist is created, because a node may be authorized before it exists. */
export const ControllerRecordChange = ControllerRecord.omit({ version: true }).partial().required({ address: true });
export type ControllerRecordChange = z.infer<typeof ControllerRecordChange>;

/** Maximum number of records in one call. */
export const MAX_RECORDS = 200;
/** Maximum number of records in one answer. */
export const MAX_RECORDS_ANSWERED = 1000;

/** Requests to a controller, through the agent of its host. All of them may be repeated. */
export const ControllerAsk = z.discriminatedUnion('do', [
  z.object({ do: z.literal('probe') }),
  z.object({ do: z.literal('get-network'), network: NetworkId }),
  z.object({ do: z.literal('put-network'), network: NetworkId, name: z.string().max(127), config: NetworkConfig }),
  z.object({ do: z.literal('delete-network'), network: NetworkId }),
  /** At most `limit` records of the network in the order of addresses, starting after `after`. */
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
 * Why a controller did not do it. `controller-absent`: this build of zerotier-one has none (GET /controller is 404).
 * `controller-not-ready`: it is starting (503). `controller-unreachable`: zerotier-one does not answer. `unknown-network`: it does not
 * have this network.
 */
export const ControllerTrouble = z.enum([
  'controller-absent',
  'controller-not-ready',
  'controller-unreachable',
  'unknown-network',
]);
export type ControllerTrouble = z.infer<typeof ControllerTrouble>;

/** Value of an `ok` reply to the call `controller`: the answer to each `do` is in the field named after it. */
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
