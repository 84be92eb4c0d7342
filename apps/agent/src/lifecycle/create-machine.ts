import { homedir } from 'node:os';
import { join } from 'node:path';
import { explain, type HostId } from '@orrery/shared/contracts';
import type { ControllerWay, IdentityStore, Machine } from '@orrery/shared/machine';
import { AppError, type Logger } from '@orrery/shared/runtime';
import type { AgentConfig } from '../config.js';
import type { Ways } from '../machine/host-ground.js';
import { AGENT_VERSION } from '../version.js';
import { ControllerClient } from '../zerotier/controller.client.js';

/** What the machine learns from the rest of the agent. */
export interface Surroundings {
  ways?: Ways;
  /** Whether the API makes the root know this host's nodes before they start. */
  introduced?: () => boolean;
}

/**
 * Creates the machine that the settings ask for. The first host is this one; the others are the hosts that this machine was before.
 * Loads only what the machine needs: the Docker client for a real one, the simulator for a simulated one.
 */
export async function createMachine(
  config: AgentConfig,
  [host, ...formerHosts]: [HostId, ...HostId[]],
  identities: IdentityStore,
  logger: Logger,
  { ways = {}, introduced = () => false }: Surroundings = {},
): Promise<Machine> {
  if (config.simulate) {
    const { home, simulatedWorld: world, zerotierImage: defaultImage } = config;
    const { SimulatedMachine } = await loadSimulator();
    const controllerOver = (way: ControllerWay) => new ControllerClient(way);
    return SimulatedMachine.open({ home, world, logger, defaultImage, identities, controllerOver });
  }
  const { createRealMachine } = await import('../machine/real-machine.js');
  const { dockerSocket, dockerNetwork, dockerConfigFile, zerotierHome, zerotierPort, zerotierImage, moonsDir } = config;
  const { nodePorts, strangerGapMs } = config;
  return createRealMachine(
    {
      ...{ host, formerHosts, agentVersion: AGENT_VERSION, dockerSocket, dockerNetwork, dockerConfigFile },
      ...{
        zerotierHome,
        zerotierImage,
        zerotierPort: zerotierPort ?? null,
        moonsDir: moonsDir ?? null,
        nodePorts,
        ways,
      },
      ...{ strangerGapMs, introduced },
      userTokenFile: join(homedir(), '.zeroTierOneAuthToken'),
    },
    identities,
    logger,
  );
}

/** An agent that was installed on a host comes without the simulator. */
export async function loadSimulator(): Promise<typeof import('@orrery/simulator')> {
  try {
    return await import('@orrery/simulator');
  } catch (error) {
    if (!['ERR_MODULE_NOT_FOUND', 'MODULE_NOT_FOUND'].includes((error as NodeJS.ErrnoException).code ?? ''))
      throw error;
    throw new AppError({
      kind: 'user',
      ...explain('simulator-missing/installed'),
      origin: error,
    });
  }
}
