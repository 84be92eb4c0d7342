import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { Host, HostPage, Install, JoinToken, JoinTokenMade, TOKEN_PLACE } from '@orrery/shared/contracts';
import { randomBytes } from 'node:crypto';
import { eventually } from '../support/servers.js';
import { Machine, shownByProcesses, whyNoMachine } from './installer/machine.js';
import { ReachedApi } from './installer/reached-api.js';

jest.setTimeout(120_000);
const why = whyNoMachine();
if (why) process.stderr.write(`LEFT OUT: machines on which the agent is installed: ${why}\n`);

/** Networks of four addresses, one for each machine; other runs on this computer have others. */
const NETWORK = `10.99.${process.pid % 250}`;
const API = `${NETWORK}.1`;

/** The one-line installer, on machines with neither Node nor the repository. */
(why ? describe.skip : describe)('the command that turns a machine into a host', () => {
  let api: ReachedApi;
  let install: Install;
  let machine: Machine;
  let another: Machine;
  let token: JoinTokenMade;
  let zerotierBefore: string;

  beforeAll(async () => {
    [machine, another] = await Promise.all([Machine.boot(API), Machine.boot(`${NETWORK}.5`)]);
    api = await ReachedApi.start(API);
    install = await api.ask('GET', '/v1/install', Install);
    token = await api.ask('POST', '/v1/join-tokens', JoinTokenMade, { name: 'web-2', labels: { site: 'cloud' } });
    zerotierBefore = machine.zerotier();
  });
  afterAll(async () => {
    await Promise.all([machine?.powerOff(), another?.powerOff()]);
    await api?.close();
  });

  const line = (more = '') => `${install.command?.replace(TOKEN_PLACE, token.secret)}${more && ` -s -- ${more}`}`;
  const state = async () => (await api.ask('GET', `/v1/join-tokens/${token.token.id}`, JoinToken)).state;

  it('does nothing with another pin, even though -k checks no chain, and does not spend the token', async () => {
    expect(install.command).toContain('curl -fsSLk');
    expect(machine.run('node --version').status).not.toBe(0);
    const other = randomBytes(32).toString('base64');
    const output = await machine.paste(line().replace(install.pin as string, other)).end();
    expect(output).toContain('(90)');
    expect(machine.run('ls /opt /var/lib/orrery-agent').output).not.toContain('bin');
    expect(await state()).toBe('valid');
    expect((await api.ask('GET', '/v1/hosts', HostPage)).items).toEqual([]);
  });

  it('brings it online over TLS, with the name and labels of its token', async () => {
    const shell = machine.paste(line());
    let looks = 0;
    const shown: string[] = [];
    const over = () => {
      looks += 1;
      shown.push(
        ...shownByProcesses()
          .split('\n')
          .filter((text) => text.includes(token.secret)),
      );
      return shell.ended;
    };
    await eventually(over, { within: 60_000, every: 2, what: 'the command ends' });
    expect(await shell.end()).toContain(`This machine is now a host of ${api.url}`);
    expect([shown, looks > 10]).toEqual([[], true]);
    expect(machine.started()).toMatch(/^curl -fsSLk/m);
    expect(machine.started()).not.toContain(token.secret);
    const isOnline = async () => (await api.ask('GET', '/v1/hosts/web-2', Host)).presence === 'online';
    await eventually(isOnline, { within: 15_000, what: 'the host is online' });
    expect((await api.ask('GET', '/v1/hosts/web-2', Host)).labels).toEqual({ site: 'cloud' });
    const { output: record } = machine.run('cat /var/lib/orrery-agent/host.json');
    expect(record).toContain(`tls://${API}:`);
    expect(machine.processes()).toContain('/opt/orrery-agent/bin/node');
  });

  it('refuses a token on its command line, where every process sees it', async () => {
    const { status, output } = another.run(
      `${install.command?.replace(/.*curl/, 'curl').replace(/ \|\| echo exit 1; \}/, '')} -s -- ${token.secret}`,
    );
    expect([status, output]).toEqual([1, expect.stringContaining('can be read by every user of this machine')]);
    expect(another.started()).toContain(token.secret);
    another.start(`sleep 60 # ${token.secret}`);
    await eventually(() => shownByProcesses().includes(token.secret), { what: 'a process shows it' });
  });

  it('reads the token from a file of mode 0600 or its standard input, as Ansible and cloud-init provide it, and from no other file', async () => {
    const get = `${install.command?.replace(/.*curl/, 'curl').replace(/ \|\| echo exit 1; \}.*/, '')} > /run/install.sh`;
    expect(another.run(`${get} && echo ${token.secret} > /run/token && chmod 644 /run/token`).status).toBe(0);
    const { status, output } = another.run('sh /run/install.sh --token-file /run/token');
    expect([status, output]).toEqual([1, expect.stringContaining('Fix: chmod 600 /run/token')]);
    another.run('chmod 600 /run/token');
    for (const [home, given] of [
      ['/run/file', '/run/token'],
      ['/run/stdin', '- < /run/token'],
    ]) {
      const shell = another.start(`ORRERY_AGENT_HOME=${home} sh /run/install.sh --foreground --token-file ${given}`);
      await shell.says('join-refused');
      expect(another.run(`cat ${home}/join.token`).output.trim()).toBe(token.secret);
    }
  });

  it('admits no second machine with the same token', async () => {
    const shell = another.start(line('--foreground'));
    await shell.says('join-refused');
    expect(another.run('ls /var/lib/orrery-agent').output).not.toContain('host.json');
    expect(await state()).toBe('used');
    expect((await api.ask('GET', '/v1/hosts', HostPage)).items.map(({ name }) => name)).toEqual(['web-2']);
  });

  it('is undone by uninstalling: ZeroTier is unchanged, and the remaining files are listed', () => {
    const { status, output } = machine.run('/opt/orrery-agent/bin/orrery-agent uninstall');
    expect(status).toBe(0);
    for (const stays of ['/var/lib/orrery-agent', '8056c2e21c000001', '8056c2e21c000002'])
      expect(output.split('What stays:')[1]).toContain(stays);
    expect(output).not.toMatch(/local\.conf|cannot open/);
    expect(machine.run('ls /opt').output).toBe('');
    expect(machine.processes()).not.toContain('orrery-agent');
    expect(machine.zerotier()).toBe(zerotierBefore);
  });
});
