import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { AgentHome } from './agent-process.js';

interface SimulatedFile {
  containers: { item: string; node: string; name: string; state: string; daemon: { identityPublic: string } }[];
}

/** A simulated host's state on disk: its containers and its identities. */
export async function simulated({ home }: AgentHome): Promise<SimulatedFile> {
  return JSON.parse(await readFile(join(home, 'simulated.json'), 'utf8')) as SimulatedFile;
}

/** As if somebody had removed every container on the host. */
export async function pruneContainers(home: AgentHome): Promise<void> {
  await writeFile(join(home.home, 'simulated.json'), JSON.stringify({ ...(await simulated(home)), containers: [] }));
}

export async function identities({ home }: AgentHome): Promise<{ node: string; address: string }[]> {
  const folder = join(home, 'identities');
  const files = await readdir(folder).catch(() => []);
  return Promise.all(
    files
      .filter((name) => name.endsWith('.json'))
      .map(async (name) => ({
        node: name.replace('.json', ''),
        address: (JSON.parse(await readFile(join(folder, name), 'utf8')) as { address: string }).address,
      })),
  );
}
