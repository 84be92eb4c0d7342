import { explain, type HostId, type NodeId } from '@orrery/shared/contracts';
import type { Logger } from '@orrery/shared/runtime';
import { type IdentityStore, StepError } from '@orrery/shared/machine';
import type { DockerEngine } from '../docker/docker-engine.js';
import type { InspectedContainer } from '../docker/inspected.js';
import { LABEL } from '../docker/labels.js';
import { inspectMatchesProfile, namespaceOwner } from '../docker/profile-match.js';
import type { HostGround, Ways } from './host-ground.js';
import type { PortRange } from '../config.js';
import type { KernelView } from '../kernel/kernel-view.js';
import { containerDoor } from '../zerotier/container-daemon.js';
import type { Reach } from '../zerotier/fallback-local-api.js';
import type { HostDaemon } from '../zerotier/host-daemon.js';
import type { NodeDoor } from '../zerotier/node-door.js';
import type { RouterTables } from '../kernel/router-tables.js';
import type { StrangerTurns } from './stranger-turns.js';

export interface RealMachineConfig {
  /** Part of the labels of everything created in the engine. */
  host: HostId;
  /**
   * The hosts that this machine was before it was removed and joined again. Anything with their label is shown, never
   * touched.
   */
  formerHosts?: readonly HostId[];
  agentVersion: string;
  /** Path of the engine's unix socket. */
  dockerSocket: string;
  /** The bridge network of the containers; created if absent. */
  dockerNetwork: string;
  /** Where `docker login` keeps credentials; it may be absent. */
  dockerConfigFile: string;
  /** Home of the host's own zerotier-one. */
  zerotierHome: string;
  /** Null: read it from the file zerotier-one.port in the home. */
  zerotierPort: number | null;
  /** An ordinary user's copy of the host daemon's token. */
  userTokenFile: string;
  /** Image for items that do not name one. */
  zerotierImage: string;
  /** UDP ports of nodes are chosen from these. */
  nodePorts: PortRange;
  /** Folder of `*.moon` files that are copied into every container. */
  moonsDir: string | null;
  /** What the agent must be able to reach, whatever routes its networks push. */
  ways?: Ways;
  /** Time between the starts of two nodes that their root does not know; 0 or absent: no waiting. */
  strangerGapMs?: number;
  /** Whether the API introduces this host's nodes to the root before they start. */
  introduced?: () => boolean;
}

/** Everything that the parts of the real machine share. */
export interface RealMachineParts {
  config: RealMachineConfig;
  identities: IdentityStore;
  logger: Logger;
  engine: DockerEngine;
  hostDaemon: HostDaemon;
  kernel: Pick<
    KernelView,
    'host' | 'container' | 'follow' | 'followHost' | 'follows' | 'changes' | 'keep' | 'close' | 'udpPorts'
  >;
  ground: Pick<HostGround, 'look'>;
  tables: Pick<RouterTables, 'look' | 'write' | 'has' | 'trouble' | 'keep'>;
  reach: Reach;
  /** The same for the networks of workloads. */
  workloadReach: Reach;
  /** Fixed addresses on the bridge that something else was found to have. */
  takenAddresses: Set<string>;
  turns: StrangerTurns;
}

/** The container of a node, in any state: no wider than the profile and with this host's labels. */
export async function findContainer(
  { engine, config }: RealMachineParts,
  node: NodeId,
  signal?: AbortSignal,
): Promise<InspectedContainer | undefined> {
  const label = [`${LABEL.host}=${config.host}`, `${LABEL.node}=${node}`];
  for (const id of await engine.containers.list({ label }, { signal })) {
    const inspect = await engine.containers.inspect(id, { signal });
    // While one is being removed, it is listed for a moment beside its replacement.
    const isLeaving = inspect?.State.Status === 'removing';
    if (inspect && !isLeaving && inspectMatchesProfile(inspect, config.host, config.dockerNetwork)) return inspect;
  }
  return undefined;
}

/**
 * The container whose network namespace a node's container uses: itself, or a workload. Undefined if the workload is
 * gone.
 */
export async function namespaceHolder(
  { engine }: Pick<RealMachineParts, 'engine'>,
  inspect: InspectedContainer,
  signal?: AbortSignal,
): Promise<InspectedContainer | undefined> {
  const owner = namespaceOwner(inspect.HostConfig.NetworkMode);
  return owner === undefined ? inspect : engine.containers.inspect(owner, { signal });
}

/**
 * Access to the daemon in a container; throws a StepError when it cannot be running. `holder`: the container whose
 * network namespace it uses, if that is known already.
 */
export async function openContainer(
  parts: RealMachineParts,
  node: NodeId,
  inspect: InspectedContainer | undefined,
  holder?: InspectedContainer,
): Promise<NodeDoor> {
  const secrets = await parts.identities.get(node);
  if (!secrets) throw new StepError(explain('identity-lost/not-in-state-folder'));
  if (inspect?.State.Status === 'paused')
    throw new StepError({
      ...explain('container-paused/container', { container: inspect.Name.slice(1) }),
      transient: true,
    });
  if (inspect?.State.Status !== 'running')
    throw new StepError({
      ...explain('container-died/starting-again', {
        cause: inspect ? `the container is not running: it is ${inspect.State.Status}` : 'there is no container',
      }),
      transient: true,
    });
  const where = holder ?? (await namespaceHolder(parts, inspect)) ?? inspect;
  const reach = where === inspect ? parts.reach : parts.workloadReach;
  return containerDoor(parts.engine, inspect, secrets, { where, reach });
}
