import { z } from 'zod';
import { StepError } from '@orrery/shared/machine';
import type { CallOptions, EngineConnection } from './engine-connection.js';
import { unlessStatus } from './engine-containers.js';
import { LABEL } from './labels.js';

const Inspected = z.object({
  Id: z.string(),
  Driver: z.string(),
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
  /** The host's own address on the bridge: where its requests come from. */
  gateway: string;
}

/**
 * The bridge that ZeroTier containers are on: made when it is absent, and then closed between containers, so that none reaches
 * another's local API. One that the operator made beforehand, with our label, is used as it is. Two agents on one engine share it.
 */
export async function ensureBridgeNetwork(
  connection: EngineConnection,
  name: string,
  options: CallOptions = {},
): Promise<BridgeNetwork> {
  const found = (await inspectNetwork(connection, name, options)) ?? (await make(connection, name, options));
  if (!found || found.Labels?.[LABEL.network] === undefined || found.Driver !== 'bridge')
    throw new StepError({
      code: 'container-name-taken',
      cause: `the Docker network ${name} is not Orrery's: it has no label ${LABEL.network}, or is no bridge`,
      fix: `Remove the network (\`docker network rm ${name}\`), or name another in ORRERY_DOCKER_NETWORK.`,
    });
  const gateway = found.IPAM.Config.map(gatewayOf).find((address) => address !== undefined);
  if (!gateway)
    throw new StepError({
      code: 'unexpected',
      cause: `the Docker network ${name} has no IPv4 gateway`,
      fix: `Remove the network (\`docker network rm ${name}\`); Orrery makes it anew.`,
    });
  return { id: found.Id, gateway };
}

async function inspectNetwork(connection: EngineConnection, name: string, options: CallOptions) {
  const network = connection.docker.getNetwork(name);
  // dockerode takes options here that its types do not know.
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
    { doing: `making network ${name}` },
    // 409: somebody else made it at the same moment.
    (abortSignal) =>
      unlessStatus<unknown>([409], undefined, connection.docker.createNetwork({ ...request, abortSignal })),
    { ms: 15_000, ...options },
  );
  return inspectNetwork(connection, name, options);
}

/** Engines leave the gateway of an internal network out at times: it is the first address of the subnet then. */
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
