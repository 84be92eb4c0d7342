import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { System } from '../support/system/system.js';

/** Netmaker 2022, NetBird 2025: keys and passwords that are the same everywhere. */
describe('two installations', () => {
  const systems: System[] = [];
  beforeAll(async () => {
    for (let n = 0; n < 2; n++) systems.push(await System.start({ hosts: ['alpha'] }));
  }, 180_000);
  afterAll(() => Promise.all(systems.map((system) => system.close())));

  /** Content of every file that holds a secret or a key, of the API and of an agent. */
  async function secrets(system: System): Promise<Map<string, string>> {
    const agent = system.host('alpha').home;
    const folder = join(system.api.home, 'secrets');
    const names = (await readdir(folder, { recursive: true, withFileTypes: true }))
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) => join(parentPath, name));
    const files = [...names, join(agent, 'host.seed'), join(agent, 'host.json'), join(agent, 'installation')];
    return new Map(
      await Promise.all(
        files.map(async (file): Promise<[string, string]> => [
          file.replace(system.api.home, 'api').replace(agent, 'agent'),
          await readFile(file, 'utf8'),
        ]),
      ),
    );
  }

  it('have no file of keys or secrets in common, and each keeps its own', async () => {
    const [first, second] = await Promise.all(systems.map(secrets));
    expect([...(first ?? [])].map(([name]) => name)).toEqual(
      expect.arrayContaining(['api/secrets/admin.token', 'api/secrets/nats/operator.seed', 'agent/host.seed']),
    );
    const same = [...(first ?? [])].filter(([, content]) => [...(second?.values() ?? [])].includes(content));
    expect(same.map(([name]) => name)).toEqual([]);
    const [one] = systems;
    await one?.api.process.kill();
    await (await one?.api.start())?.ready();
    const again = await secrets(one as System);
    expect([...again].filter(([name, content]) => name.endsWith('.seed') && first?.get(name) !== content)).toEqual([]);
  }, 60_000);
});
