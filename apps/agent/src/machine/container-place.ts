import { explain, type NodeAddress, type NodeId } from '@orrery/shared/contracts';
import { StepError, type ContainerBlueprint } from '@orrery/shared/machine';
import { LABEL } from '../docker/labels.js';
import { portsIn } from '../kernel/namespace.js';
import { chooseAddress, type FixedAddresses } from '../pure/fixed-addresses.js';
import { choosePort } from '../pure/node-port.js';
import type { RealMachineParts } from './real-machine-parts.js';

/** Where a container will be: from where it may be managed, and which ports are in use there. */
export interface Place {
  gateways: string[];
  taken: number[];
  /** Where it gets a fixed address, if anywhere. */
  fixed: FixedAddresses | undefined;
}

export async function placeOnBridge({ engine, config }: RealMachineParts, signal: AbortSignal): Promise<Place> {
  const { gateway, fixed } = await engine.network(config.dockerNetwork, { signal });
  return { gateways: [gateway], taken: [], fixed };
}

export async function placeInside(
  { engine }: RealMachineParts,
  { workload, engineId }: NonNullable<ContainerBlueprint['inside']>,
  signal: AbortSignal,
): Promise<Place> {
  const inspect = await engine.containers.inspect(engineId, { signal });
  if (inspect?.State.Status !== 'running') throw workloadEnded(workload);
  const name = inspect.Name.slice(1);
  // The engine runs `ps` for this, which its machine may lack; then two daemons in one namespace are possible.
  const commands = await engine.containers.commands(engineId, { signal }).catch((): string[] => []);
  if (commands.some((command) => /(^|\/)zerotier-one(\s|$)/.test(command)))
    throw new StepError(explain('workload-unsuitable/runs-zerotier', { name }));
  const ids = Object.values(inspect.NetworkSettings.Networks).flatMap(({ NetworkID }) => NetworkID || []);
  const networks = await Promise.all(ids.map((id) => engine.workloadNetwork(id, { signal })));
  const gateways = networks.flatMap((network) => network?.gateway ?? []);
  return { gateways, taken: await portsIn(inspect.State.Pid), fixed: undefined };
}

export const workloadEnded = (workload: string) =>
  new StepError({ ...explain('unexpected', { cause: `the workload ${workload} has just ended` }), transient: true });

/**
 * The port that the node keeps. It is unique on the host, across agents: behind the host's address, only the port
 * differs.
 */
export async function portOf(
  { engine, identities, config, kernel }: RealMachineParts,
  { node, address, taken }: { node: NodeId; address: NodeAddress; taken: readonly number[] },
  signal: AbortSignal,
): Promise<number> {
  let elsewhere: ReadonlySet<number> = new Set();
  const choose = (ours: ReadonlySet<number>) => choosePort(address, config.nodePorts, new Set([...ours, ...elsewhere]));
  const kept = await identities.port(node, () => undefined);
  if (kept !== undefined) return kept;
  const labelled = await engine.containers.listed({ label: [LABEL.port] }, { signal });
  const ofOthers = labelled.map(({ Labels }) => Number(Labels?.[LABEL.port]));
  elsewhere = new Set([...ofOthers, ...taken, ...(await kernel.udpPorts())]);
  const port = await identities.port(node, choose);
  if (port !== undefined) return port;
  const { first, last } = config.nodePorts;
  throw new StepError(explain('udp-ports-used-up/range', { first, last }));
}

/**
 * The node's address on the bridge. Behind NAT, peers look for a node that came back with another one for 20 s, because the
 * host still maps their packets to the old one (docs/zerotier-facts.md#endpoints).
 */
export async function addressOn(
  { engine, takenAddresses }: RealMachineParts,
  fixed: FixedAddresses,
  node: NodeAddress,
  signal: AbortSignal,
): Promise<string | undefined> {
  const labelled = await engine.containers.listed({ label: [LABEL.address] }, { signal });
  const taken = labelled.map(({ Labels }) => Labels?.[LABEL.address] ?? '');
  return chooseAddress(node, fixed, new Set([...taken, ...takenAddresses]));
}
