import { explain } from '@orrery/shared/contracts';
import { z } from 'zod';
import { StepError } from '@orrery/shared/machine';
import type { CallOptions, EngineConnection } from './engine-connection.js';
import { unlessStatus } from './engine-containers.js';
import { LABEL } from './labels.js';

const Inspected = z.object({
  Id: z.string(),
  Driver: z.string(),
  Internal: z.boolean().nullish(),
  Labels: z.record(z.string(), z.string()).nullish(),
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
  return { id: found.Id, gateway };
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

async function make(connection: EngineConnection, name: string, options: CallOptions) {
  const request = {
    Name: name,
    Driver: 'bridge',
    CheckDuplicate: true,
    Options: { 'com.docker.network.bridge.enable_icc': 'false' },
    Labels: { [LABEL.network]: 'true' },
  };
  await connection.call(
    { doing: `creating network ${name}` },
    // 409: somebody else created it at the same moment.
    (abortSignal) =>
      unlessStatus<unknown>([409], undefined, connection.docker.createNetwork({ ...request, abortSignal })),
    { ms: 15_000, ...options },
  );
  return inspectNetwork(connection, name, options);
}

/** A network that a workload is on. */
export interface WorkloadNetwork {
  /** The host's own address on it; undefined if it has none there. */
  gateway: string | undefined;
  /** It has no way out of the host. */
  isInternal: boolean;
}

/** Undefined if there is no such network. */
export async function workloadNetwork(
  connection: EngineConnection,
  id: string,
  options: CallOptions = {},
): Promise<WorkloadNetwork | undefined> {
  const found = await inspectNetwork(connection, id, options);
  return (
    found && {
      gateway: found.IPAM.Config.map(gatewayOf).find((address) => address !== undefined),
      isInternal: found.Internal === true,
    }
  );
}

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
