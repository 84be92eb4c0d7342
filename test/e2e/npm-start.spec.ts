import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { leaks, secretsBelow } from '../security/canary/secrets.js';
import { eventually, freePort, temporaryFolder } from '../support/servers.js';
import { Run } from '../tooling/run.js';

const repository = fileURLToPath(new URL('../../', import.meta.url));

/** `npm start` as it is, with a state folder and a port of its own, on a machine without an engine and zerotier-one. */
describe('Orrery from npm start', () => {
  let env: NodeJS.ProcessEnv;
  let run: Run;

  beforeAll(async () => {
    const home = await temporaryFolder('home');
    const nowhere = {
      DOCKER_HOST: `unix://${home}/no-engine.sock`,
      ORRERY_ZEROTIER_HOME: join(home, 'none'),
      ORRERY_ZEROTIER_PORT: '1',
    };
    const own = {
      ORRERY_HOME: home,
      ORRERY_PORT: String(await freePort()),
      DATABASE_URL: '',
      NATS_URL: '',
      ORRERY_URL: '',
      ORRERY_TOKEN: '',
    };
    env = { ...process.env, ...nowhere, ...own };
  });
  afterAll(async () => {
    run.controlC();
    await run.ended;
  });

  const options = () => ({ cwd: repository, env });

  async function start(): Promise<void> {
    run = await Run.begin(['scripts/start.mjs'], options());
    const isDecided = () => run.output.includes('Orrery is ready') || run.isOver;
    await eventually(isDecided, { within: 60_000, what: 'npm start' }).catch(() => undefined);
    if (!run.output.includes('Orrery is ready'))
      throw new Error(`not ready:
${run.output}`);
    expect(run.output).not.toContain('has not reported yet');
  }

  async function orrery(...args: string[]): Promise<{ code: number | null; output: string }> {
    const command = await Run.begin(['apps/cli/bin/orrery.mjs', ...args], options());
    return { code: await command.ended, output: command.output };
  }

  async function list(...args: string[]): Promise<Record<string, unknown>[]> {
    const { output } = await orrery(...args, '-o', 'json');
    const parsed = JSON.parse(output) as { items: Record<string, unknown>[] } | Record<string, unknown>[];
    return Array.isArray(parsed) ? parsed : parsed.items;
  }

  const hosts = async () => (await list('host', 'ls')).map(({ id, name, presence }) => ({ id, name, presence }));

  it('is ready with three simulated hosts, and the two commands that it prints work', async () => {
    await start();
    const commands = [...run.output.matchAll(/^ {2}npx orrery (.*)$/gm)].map(([, command]) => command!.split(' '));
    expect(commands).toHaveLength(2);
    expect(await orrery('status')).toMatchObject({ code: 0, output: expect.stringContaining('3 online') });
    const network = await orrery(...commands[0]!);
    expect(network).toMatchObject({
      code: 0,
      output: expect.stringMatching(/^lab +[0-9a-f]{16} .*admits this fleet/m),
    });
    const launch = await orrery(...commands[1]!);
    expect(launch).toMatchObject({ code: 0, output: expect.stringContaining('done in') });
    expect(launch.output).toMatch(/interface +zt[a-z2-7]+/);
    expect(launch.output).toMatch(/address +\d+\.\d+\.\d+\.\d+\/24/);
  }, 120_000);

  it('has no secret in the environment of the API or of an agent', async () => {
    const home = String(env.ORRERY_HOME);
    const secrets = await secretsBelow(join(home, 'secrets'), (file) => !/\.(crt|pub)$/.test(file));
    expect(secrets.map(({ what }) => basename(what))).toContain('postgres.password');
    const processes = join(home, 'run/processes');
    const environs = await Promise.all(
      (await readdir(processes)).map(async (file) => {
        const { pid } = JSON.parse(await readFile(join(processes, file), 'utf8')) as { pid: number };
        return readFile(`/proc/${pid}/environ`, 'latin1');
      }),
    );
    expect(environs.filter((text) => text.includes('DATABASE_URL=postgres://orrery@localhost'))).toHaveLength(1);
    expect(environs.filter((text) => text.includes('ORRERY_AGENT_HOME='))).toHaveLength(3);
    for (const text of environs) expect(leaks(text, secrets)).toEqual([]);
  });

  it('keeps its state over a restart: the same hosts, the container, the history', async () => {
    const before = await hosts();
    run.controlC();
    expect(await run.ended).toBe(0);
    expect(run.output).toContain('Containers keep running');
    await start();
    expect(await hosts()).toEqual(before);
    expect(await list('container', 'ls')).toEqual(expect.arrayContaining([expect.objectContaining({ name: 'hello' })]));
    const events = await list('event', 'ls', '--network', 'lab');
    expect(events.map(({ type }) => type)).toEqual(expect.arrayContaining(['io.orrery.address.assigned']));
  }, 120_000);

  it('continues after its start script was killed: servers are taken over, hosts are the same', async () => {
    const before = await hosts();
    run.child.kill('SIGKILL');
    await run.ended;
    await start();
    expect(run.output).toContain('was still running');
    expect(await hosts()).toEqual(before);
    const again = await orrery('launch', 'hello', '--host', 'cloud-1', '--network', 'lab', '--wait');
    expect(again.code).toBe(0);
  }, 120_000);
});
