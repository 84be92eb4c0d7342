import { explain } from '@orrery/shared/contracts';
import { z } from 'zod';
import { StepError } from '@orrery/shared/machine';
import type { CallOptions, EngineConnection } from './engine-connection.js';
import { unlessStatus } from './engine-containers.js';
import { fixedAddresses, type FixedAddresses } from '../pure/fixed-addresses.js';
import { LABEL } from './labels.js';

const Inspected = z.object({
  Id: z.string(),
  Driver: z.string(),
  Internal: z.boolean().nullish(),
  Labels: z.record(z.string(), z.string()).nullish(),
  Options: z.record(z.string(), z.string()).nullish(),
  IPAM: z.object({
    Config: z
      .array(z.object({ Subnet: z.string().optional(), Gateway: z.string().optional() }))
      .nullish()
      .transform((value) => value ?? []),
  }),
});

export interface BridgeNetwork {
  id: string;
  /** The host's own address on the bridge, from which its requests come. */
  gateway: string;
  /** Where nodes get fixed addresses; undefined on a network that this agent's release did not create. */
  fixed: FixedAddresses | undefined;
}

/**
 * The bridge of the ZeroTier containers. If it is absent it is created with traffic between containers disabled, so
 * that none can reach another's local API. One that the operator created with our label is used as it is. Two agents on
 * one engine share it.
 */
export async function ensureBridgeNetwork(
  connection: EngineConnection,
  name: string,
  options: CallOptions = {},
): Promise<BridgeNetwork> {
  const found = (await inspectNetwork(connection, name, options)) ?? (await make(connection, name, options));
  if (!found || found.Labels?.[LABEL.network] === undefined || found.Driver !== 'bridge')
    throw new StepError(explain('container-name-taken/network', { network: name, label: LABEL.network }));
  const gateway = found.IPAM.Config.map(gatewayOf).find((address) => address !== undefined);
  if (!gateway) throw new StepError(explain('unexpected/no-gateway', { network: name }));
  const isOurs = found.Labels[LABEL.address] !== undefined;
  return { id: found.Id, gateway, fixed: isOurs ? fixedAddresses(subnetsOf(found)[0]) : undefined };
}

async function inspectNetwork(connection: EngineConnection, name: string, options: CallOptions) {
  const network = connection.docker.getNetwork(name);
  // dockerode accepts options here that its types lack.
  const inspect = network.inspect.bind(network) as unknown as (options: object) => Promise<unknown>;
  return connection.read(
    { doing: `inspecting network ${name}` },
    Inspected.optional(),
    (abortSignal) => unlessStatus([404], undefined, inspect({ abortSignal })),
    options,
  );
}

/**
 * Engines give fixed addresses only in a configured subnet (moby#45806), but know best which subnet is free: it is the
 * one that they give to a network without. If it is gone by then, nodes of this network get no fixed addresses.
 */
async function make(connection: EngineConnection, name: string, options: CallOptions) {
  const subnet = await freeSubnet(connection, `${name}-subnet`, options).catch(() => undefined);
  const fixed = subnet === undefined ? undefined : fixedAddresses(subnet);
  const withFixed = fixed && { Labels: { [LABEL.address]: 'true' }, IPAM: { Config: [fixed.config] } };
  try {
    await create(connection, name, withFixed ?? {}, options);
  } catch (error) {
    if (!withFixed) throw error;
    await create(connection, name, {}, options);
  }
  return inspectNetwork(connection, name, options);
}

async function freeSubnet(connection: EngineConnection, name: string, options: CallOptions) {
  await create(connection, name, {}, options);
  const found = await inspectNetwork(connection, name, options);
  // Somebody else's network of this name is left alone.
  if (found?.Labels?.[LABEL.network] === undefined) return undefined;
  const errand = { doing: `removing network ${name}` };
  const network = connection.docker.getNetwork(found.Id);
  await connection.call(errand, () => unlessStatus<unknown>([404], undefined, network.remove()), options);
  return subnetsOf(found)[0];
}

async function create(
  connection: EngineConnection,
  name: string,
  { Labels, ...more }: { Labels?: Record<string, string>; IPAM?: object },
  options: CallOptions,
) {
  const request = {
    Name: name,
    Driver: 'bridge',
    CheckDuplicate: true,
    Options: { 'com.docker.network.bridge.enable_icc': 'false' },
    Labels: { [LABEL.network]: 'true', ...Labels },
    ...more,
  };
  await connection.call(
    { doing: `creating network ${name}` },
    // 409: somebody else created it at the same moment.
    (abortSignal) =>
      unlessStatus<unknown>([409], undefined, connection.docker.createNetwork({ ...request, abortSignal })),
    { ms: 15_000, ...options },
  );
}

/** A network that a workload is on. */
export interface WorkloadNetwork {
  /** The host's own address on it; undefined if it has none there. */
  gateway: string | undefined;
  /** It has no way out of the host. */
  isInternal: boolean;
}

/** A network as the engine shows it. */
export interface ShownNetwork extends WorkloadNetwork {
  /** Whatever leaves the host has the address of the host, as far as the network itself says. */
  masquerades: boolean;
  /** Of IPv4. */
  subnets: string[];
}

/** Undefined if there is no such network. */
export async function workloadNetwork(
  connection: EngineConnection,
  id: string,
  options: CallOptions = {},
): Promise<ShownNetwork | undefined> {
  const found = await inspectNetwork(connection, id, options);
  return (
    found && {
      gateway: found.IPAM.Config.map(gatewayOf).find((address) => address !== undefined),
      isInternal: found.Internal === true,
      masquerades: found.Options?.['com.docker.network.bridge.enable_ip_masquerade'] !== 'false',
      subnets: subnetsOf(found),
    }
  );
}

const subnetsOf = ({ IPAM }: z.infer<typeof Inspected>): string[] =>
  IPAM.Config.flatMap(({ Subnet }) => (Subnet !== undefined && Subnet.includes('.') ? [Subnet] : []));

/** Engines sometimes omit the gateway of an internal network; it is then the first address of the subnet. */
function gatewayOf({
  Subnet,
  Gateway,
}: {
  Subnet?: string | undefined;
  Gateway?: string | undefined;
}): string | undefined {
  const given = Gateway?.split('/')[0];
  if (given && /^\d+(\.\d+){3}$/.test(given)) return given;
  const base = /^(\d+\.\d+\.\d+)\.(\d+)\//.exec(Subnet ?? '');
  return base ? `${base[1]}.${Number(base[2]) + 1}` : undefined;
}
