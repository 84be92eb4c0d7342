import { afterEach, describe, expect, it } from '@jest/globals';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { hostNameFrom, planHosts } from '../../scripts/start/hosts.mjs';
import { temporaryFolder } from '../support/servers-run.js';

const servers: Server[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await new Promise((resolve) => server.close(resolve));
});

async function listen(server: Server, where: string | number): Promise<number> {
  servers.push(server);
  await new Promise<void>((resolve) =>
    typeof where === 'string' ? server.listen(where, resolve) : server.listen(where, '127.0.0.1', resolve),
  );
  return typeof where === 'string' ? 0 : (server.address() as AddressInfo).port;
}

/** A machine with neither; `engine` and `daemon` add them. */
async function machine({ engine = false, daemon = false }): Promise<NodeJS.ProcessEnv> {
  const folder = await temporaryFolder('machine');
  const socket = join(folder, 'docker.sock');
  if (engine)
    await listen(
      createServer((_request, response) => response.end('{"Version":"26.1.5"}')),
      socket,
    );
  const port = daemon
    ? await listen(
        createServer((_request, response) => response.writeHead(401).end('{}')),
        0,
      )
    : 1;
  return {
    DOCKER_HOST: `unix://${socket}`,
    ORRERY_ZEROTIER_HOME: folder,
    ORRERY_ZEROTIER_PORT: String(port),
    ORRERY_HOST_NAME: 'here',
  };
}

const settings = (simulate?: number) => ({ home: '/state', simulate, simulateByDefault: 3 });
const names = (plan: Awaited<ReturnType<typeof planHosts>>) => plan.hosts.map(({ name }) => name);

describe('The hosts of npm start', () => {
  it('are this machine alone when there is an engine, which its agent gets', async () => {
    const env = await machine({ engine: true });
    const plan = await planHosts(settings(), env);
    expect(names(plan)).toEqual(['here']);
    expect(plan.hosts[0]).toMatchObject({
      simulated: false,
      home: '/state/agent',
      env: { DOCKER_HOST: env['DOCKER_HOST'] },
    });
    expect(plan.remarks).toEqual([]);
  });

  it('are this machine when there is only a zerotier-one, with a remark about the engine', async () => {
    const plan = await planHosts(settings(), await machine({ daemon: true }));
    expect(names(plan)).toEqual(['here']);
    expect(plan.remarks).toEqual([expect.stringContaining('This machine cannot launch containers')]);
  });

  it('are three simulated ones when there is neither, with a remark about both', async () => {
    const plan = await planHosts(settings(), await machine({}));
    expect(plan.hosts.map(({ name, labels, simulated }) => [name, labels, simulated])).toEqual([
      ['cloud-1', 'site=cloud', true],
      ['cloud-2', 'site=cloud', true],
      ['onprem-1', 'site=onprem', true],
    ]);
    expect(plan.hosts[0]?.home).toBe('/state/simulated/cloud-1');
    expect(plan.remarks).toEqual([expect.stringContaining('Docker'), expect.stringContaining('zerotier')]);
  });

  it('are as many simulated ones as requested, beside the real one', async () => {
    const real = await machine({ engine: true, daemon: true });
    expect(names(await planHosts(settings(2), real))).toEqual(['here', 'cloud-1', 'cloud-2']);
    expect(names(await planHosts(settings(0), await machine({})))).toEqual([]);
    const many = names(await planHosts(settings(99), real));
    expect(new Set(many).size).toBe(100);
  });

  it('share a world when they are simulated, or say why not when its socket paths would be too long', async () => {
    const home = '/'.padEnd(81, 'd');
    const worlds = async (at: string) => {
      const { hosts, remarks } = await planHosts({ ...settings(2), home: at }, await machine({ engine: true }));
      return { worlds: hosts.map(({ env }) => env['ORRERY_SIMULATED_WORLD']), remarks };
    };
    expect(await worlds(home)).toEqual({ worlds: [undefined, `${home}/world`, `${home}/world`], remarks: [] });
    const deeper = await worlds(`${home}d`);
    expect(deeper.worlds).toEqual([undefined, undefined, undefined]);
    expect(deeper.remarks).toEqual([expect.stringContaining('too long a path')]);
  });

  it('do not use an engine over TCP', async () => {
    const port = await listen(
      createServer((_request, response) => response.end('{"Version":"26.1.5"}')),
      0,
    );
    const plan = await planHosts(settings(), { ...(await machine({})), DOCKER_HOST: `tcp://127.0.0.1:${port}` });
    expect(plan.hosts.every(({ simulated }) => simulated)).toBe(true);
    expect(plan.remarks[0]).toContain('is not a local socket');
  });
});

describe('The name of this host', () => {
  it.each([
    ['web-1', 'web-1'],
    ['Web_1.example.com', 'web-1'],
    ['-x-', 'x'],
    ['日本', 'this-host'],
    ['a'.repeat(80), 'a'.repeat(63)],
  ])('of %s is %s', (hostname, name) => {
    expect(hostNameFrom(hostname)).toBe(name);
  });
});
