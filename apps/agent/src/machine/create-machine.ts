import { homedir } from 'node:os';
import { join } from 'node:path';
import type { HostId } from '@orrery/shared/contracts';
import type { Logger } from '@orrery/shared/runtime';
import type { AgentConfig } from '../config.js';
import type { Ways } from '../guard/host-ground.js';
import type { IdentityStore } from '../identities/identity-store.js';
import { SimulatedMachine } from '../simulated/simulated-machine.js';
import { AGENT_VERSION } from '../version.js';
import type { Machine } from './machine.js';

/**
 * The machine that the settings ask for. The first host is this one, the others are who this machine was before. A simulated host
 * needs no client of Docker: what takes a fifth of its start is loaded for the real one only.
 */
export async function createMachine(
  config: AgentConfig,
  [host, ...formerHosts]: [HostId, ...HostId[]],
  identities: IdentityStore,
  logger: Logger,
  ways: Ways = {},
): Promise<Machine> {
  if (config.simulate) {
    const { home, simulatedWorld: world, zerotierImage: defaultImage } = config;
    return SimulatedMachine.open({ home, world, logger, defaultImage, identities });
  }
  const { createRealMachine } = await import('./real-machine.js');
  const { dockerSocket, dockerNetwork, dockerConfigFile, zerotierHome, zerotierPort, zerotierImage, moonsDir } = config;
  return createRealMachine(
    {
      ...{ host, formerHosts, agentVersion: AGENT_VERSION, dockerSocket, dockerNetwork, dockerConfigFile },
      ...{ zerotierHome, zerotierImage, zerotierPort: zerotierPort ?? null, moonsDir: moonsDir ?? null, ways },
      userTokenFile: join(homedir(), '.zeroTierOneAuthToken'),
    },
    identities,
    logger,
  );
}
