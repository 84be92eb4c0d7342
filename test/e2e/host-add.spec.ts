import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Host, Membership } from '@orrery/shared/contracts';
import { eventually } from '../support/eventually.js';
import { temporaryFolder } from '../support/servers.js';
import type { RunningProcess } from '../support/system/running-process.js';
import { PRIVATE, PUBLIC, System } from '../support/system/system.js';

/** The command that `orrery host add` prints, and nothing else, turns a machine into a host. */
describe('orrery host add', () => {
  let system: System;
  let made = 0;
  beforeAll(async () => {
    // The CLI and the agents are on this machine and call the API by its loopback address; the printed command is for
    // others.
    system = await System.start({ api: { ORRERY_PUBLIC_URL: 'http://orrery.test:7070' } });
  }, 180_000);
  afterAll(() => system?.close());

  /** The token in the printed command. */
  const printed = (adding: RunningProcess) => {
    const token = () =>
      /\{ echo orrery_token=(orj1\.[\w-]+); curl .*orrery\.test:7070\/install\.sh \|\| echo exit 1; \} \| sh$/m.exec(
        adding.stdout,
      )?.[1];
    return eventually(token, { within: 60_000, what: 'the line' });
  };
  /** A machine that was given nothing but the token. */
  const machine = async (token: string) => {
    const file = join(await temporaryFolder('token'), 'join.token');
    await writeFile(file, token);
    return (await system.addHost(`machine-${++made}`, { ORRERY_JOIN_SECRET_FILE: file })).start();
  };
  const ended = async (adding: RunningProcess) => {
    await eventually(() => adding.exited, { within: 90_000, what: 'orrery host add ends' });
    return { code: adding.child.exitCode, output: adding.output };
  };

  it('reports when the machine enrolls, is online, and gets into each network, and exits 0', async () => {
    const name = `added-${++made}`;
    const networks = `${PUBLIC},${PRIVATE}`;
    const adding = await system.startCli('host', 'add', name, '-l', 'site=onprem', '--network', networks);
    const added = await machine(await printed(adding));
    const asks = () => adding.stdout.includes(`on network ${PRIVATE}`);
    await eventually(asks, { within: 60_000, what: 'it says what to authorize' });
    await added.authorize(PRIVATE);
    expect(await ended(adding)).toMatchObject({ code: 0, output: adding.stdout });
    expect(adding.stdout).toMatch(
      /waiting for \S+ …\n✓ enrolled [\d.]+ s\n✓ online \(docker simulated, zerotier-one [\d.]+\) [\d.]+ s\n/,
    );
    for (const network of [PUBLIC, PRIVATE]) {
      const membership = await system.api.get(`/v1/nodes/${name}/networks/${network}`, Membership);
      const address = membership.addresses[0]?.split('/')[0] ?? 'none';
      expect(adding.stdout).toMatch(new RegExp(`✓ \\S+ ${address} [\\d.]+ s\\n`));
    }
    expect((await system.api.get(`/v1/hosts/${name}`, Host)).labels).toEqual({ site: 'onprem' });
  }, 180_000);

  it('lets another machine replace a revoked host, with its ID, its labels and its networks', async () => {
    const name = `added-${++made}`;
    const { stdout } = await system.cli('host', 'add', name, '-l', 'site=cloud', '--no-wait', '-o', 'json');
    const lost = await machine((JSON.parse(stdout) as { secret: string }).secret);
    await system.presence(name, 'online');
    await system.done((await system.change('PUT', `/v1/nodes/${name}/networks/${PUBLIC}`, {})).id);
    expect(await system.cli('host', 'rotate', name, '-o', 'name')).toEqual({
      code: 0,
      out: `${name}\n`,
      stdout: `${name}\n`,
    });
    expect(await system.cli('host', 'revoke', name, '--yes')).toMatchObject({ code: 0 });
    await system.presence(name, 'unreachable');
    expect((await system.cli('host', 'ls')).out).toMatch(new RegExp(`${name} .*unreachable, revoked`));
    const former = await system.api.get(`/v1/hosts/${name}`, Host);

    const adding = await system.startCli('host', 'add', '--replace', name);
    const anew = await machine(await printed(adding));
    expect(await ended(adding)).toMatchObject({ code: 0 });
    const { id, labels, node, revokedAt } = await system.api.get(`/v1/hosts/${name}`, Host);
    expect({ id, labels, node, revokedAt }).toEqual({
      id: former.id,
      labels: { site: 'cloud' },
      node: former.node,
      revokedAt: null,
    });
    const isBack = async () => `${PUBLIC}.conf` in (await anew.simulated()).host.files;
    await eventually(isBack, { within: 60_000, what: 'the new machine is in the network of the former one' });
    expect(lost.isRunning).toBe(true);
  }, 180_000);

  it('leaves the token valid at Ctrl-C: the machine enrolls with it later, and no second one can', async () => {
    const name = `added-${++made}`;
    const adding = await system.startCli('host', 'add', name);
    const token = await printed(adding);
    adding.child.kill('SIGINT');
    const { code, output } = await ended(adding);
    expect([code, output]).toEqual([130, expect.stringMatching(/orrery token revoke jtk_/)]);
    await machine(token);
    await system.presence(name, 'online');
    const second = await machine(token);
    await eventually(() => second.output.includes('join-refused'), {
      within: 60_000,
      what: 'the second one is refused',
    });
    expect(Object.keys(await system.presences())).not.toContain(second.name);
  }, 180_000);
});
