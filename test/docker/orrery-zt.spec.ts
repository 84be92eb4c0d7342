import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { eventually } from '../support/eventually.js';
import { findLabEngine } from '../support/zerotier/lab-engine.js';
import type { LabIdentity } from '../support/zerotier/lab-root.js';
import type { LabNode } from '../support/zerotier/lab-world.js';
import { ZtLab, type ZtContainer, type ZtOptions } from './orrery-zt/zt-lab.js';
import { asOnCalmMachine } from '../support/calm.js';

jest.setTimeout(120_000);

const engine = await findLabEngine();
const POOL = {
  private: true,
  v4AssignMode: { zt: true },
  ipAssignmentPools: [{ ipRangeStart: '10.98.0.10', ipRangeEnd: '10.98.0.250' }],
  routes: [{ target: '10.98.0.0/24' }],
};
const HOME = '/var/lib/zerotier-one';
/** Of a controller that does not exist. */
const [ELSEWHERE, SOMEWHERE, ANYWHERE] = ['8056c2e21c000001', '8056c2e21c00000a', '8056c2e21c00000b'];
/** Exit code for problems that a person must fix. */
const REFUSED = 78;

(engine ? describe : describe.skip)('orrery-zt, the image for a node without Orrery', () => {
  let lab: ZtLab;
  let controller: LabNode;
  let network: string;

  const authorize = (address: string, authorized = true) =>
    controller.talk({ method: 'POST', path: `/controller/network/${network}/member/${address}`, body: { authorized } });
  const says = (node: ZtContainer, line: RegExp | string) =>
    eventually(async () => new RegExp(line).exec(await node.log()) ?? false, {
      within: 30_000,
      what: `${String(line)} in the log`,
    });
  const addressOf = async (node: ZtContainer) => (await says(node, /node address ([0-9a-f]{10})\n/))[1] ?? '';
  const joined = async (node: ZtContainer) => (await node.run('ls', `${HOME}/networks.d`)).out.trim().split('\n');
  const isHealth = (node: ZtContainer, health: string) =>
    eventually(async () => (await node.health()) === health, {
      within: 30_000,
      every: 200,
      what: `Docker saying ${health}`,
    });
  const isWell = (node: ZtContainer, ...mode: string[]) =>
    eventually(async () => (await node.run('orrery-zt-health', ...mode)).code === 0, {
      within: 30_000,
      every: 200,
      what: 'orrery-zt-health',
    });
  const answers = (node: ZtContainer) =>
    eventually(async () => (await node.run('zerotier-cli', 'info')).code === 0, {
      within: 30_000,
      every: 200,
      what: 'zerotier-one answering',
    });
  const refused = async (options: ZtOptions) => {
    const node = await lab.run(options);
    expect(await node.ended()).toBe(REFUSED);
    const log = await node.log();
    expect(log).toMatch(/^orrery-zt: cannot start: .+\n {2}fix: .+\n$/);
    return log;
  };
  const withIdentity = ({ secret }: LabIdentity): ZtOptions => ({
    environment: { ORRERY_ZT_IDENTITY_FILE: '/run/secrets/identity' },
    files: { '/run/secrets/identity': `${secret}\n` },
  });

  beforeAll(async () => {
    if (!engine) return;
    lab = await ZtLab.open(engine);
    controller = await lab.world.startController();
    const path = `/controller/network/${controller.identity.address}______`;
    network = ((await controller.talk({ method: 'POST', path, body: POOL })).body as { id: string }).id;
  });
  afterEach(() => lab?.clear());
  afterAll(async () => {
    await lab?.close();
  });

  it('joins at once on its own, is healthy when it has its address, and unhealthy when the interface is gone', async () => {
    const identity = await lab.world.mint();
    await authorize(identity.address);
    const given = withIdentity(identity);
    const node = await lab.create({
      ...given,
      health: true,
      environment: { ...given.environment, ZTNETWORK: network },
    });
    await node.container.start();
    const [, device = '', address = ''] = await says(
      node,
      `network ${network}: OK, interface (zt\\w+), address (10\\.98\\.0\\.\\d+/24)\n`,
    );
    expect((await node.run('ip', '-o', 'addr', 'show', 'dev', device)).out).toContain(` ${address} `);
    expect(await addressOf(node)).toBe(identity.address);
    await isHealth(node, 'healthy');

    const away = `ip link set ${device} down && ip link set ${device} name hidden`;
    expect(await node.run('sh', '-c', away)).toMatchObject({ code: 0 });
    expect((await node.run('zerotier-cli', 'listnetworks')).out).toContain(` OK PRIVATE ${device} `);
    expect(await node.run('orrery-zt-health')).toEqual({
      code: 1,
      out: expect.stringContaining(`no interface ${device}`),
    });
    await isHealth(node, 'unhealthy');
    await node.run('sh', '-c', `ip link set hidden name ${device} && ip link set ${device} up`);
    await isHealth(node, 'healthy');
  });

  it('waits for authorization, says so once, is not healthy before, and reports its address once', async () => {
    const node = await lab.run({ words: [network], health: true });
    const address = await addressOf(node);
    const waits = `waits for authorization: node address ${address} on network ${network}; authorize with`;
    await says(node, waits);
    expect(await node.run('orrery-zt-health')).toEqual({
      code: 1,
      out: expect.stringContaining(`waits for authorization of node ${address}`),
    });
    await isWell(node, 'running');
    expect(await node.health()).toBe('starting');
    await authorize(address);
    await says(node, `network ${network}: OK`);
    await isHealth(node, 'healthy');
    const log = await node.log();
    expect([log.split(waits), log.split(': OK, interface')].map(({ length }) => length - 1)).toEqual([1, 1]);
    // Stopped, not dead: it no longer answers, and Docker's `running` does not show that.
    const daemon = (signal: string) => node.run('sh', '-c', `kill -${signal} $(cat ${HOME}/zerotier-one.pid)`);
    await daemon('STOP');
    expect(await node.run('env', 'ORRERY_ZT_PATIENCE=2', 'orrery-zt-health')).toEqual({
      code: 1,
      out: expect.stringContaining('does not answer'),
    });
    await daemon('CONT');
    await isWell(node);
  });

  it('ends with the exit code of its daemon, and with 0 when asked to stop', async () => {
    const node = await lab.run();
    await answers(node);
    expect(await node.isRunning()).toBe(true);
    await node.run('sh', '-c', `kill -9 $(cat ${HOME}/zerotier-one.pid)`);
    expect(await node.ended()).toBe(137);
    expect(await node.log()).toContain('zerotier-one ended on its own, with code 137: signal 9');

    await node.container.start();
    await answers(node);
    const begun = performance.now();
    await node.container.stop({ t: 20 });
    expect(performance.now() - begun).toBeLessThan(asOnCalmMachine(10_000));
    expect(await node.ended()).toBe(0);
    expect(await node.log()).toContain('zerotier-one was asked to stop');
  });

  it('accepts settings and arguments, does not rejoin networks that were left, and joins new ones', async () => {
    const volumes = [`${lab.world.network}-state:${HOME}`];
    const first = await lab.run({
      volumes,
      environment: {
        ZTNETWORK: `${ELSEWHERE},${network.toUpperCase()}`,
        ZEROTIER_JOIN_NETWORKS: `${ELSEWHERE} ${SOMEWHERE}`,
      },
    });
    await answers(first);
    expect(await joined(first)).toEqual([ELSEWHERE, SOMEWHERE, network].map((id) => `${id}.conf`).sort());
    expect(await first.run('zerotier-cli', 'leave', ELSEWHERE)).toMatchObject({ code: 0 });
    await first.container.restart({ t: 20 });
    await answers(first);
    expect(await joined(first)).toEqual([SOMEWHERE, network].map((id) => `${id}.conf`).sort());
    await says(first, `network ${ELSEWHERE}: was left, and stays left`);

    await first.container.stop({ t: 20 });
    const second = await lab.run({ volumes, environment: { ZTNETWORK: `${ELSEWHERE},${network}` }, words: [ANYWHERE] });
    await answers(second);
    expect(await joined(second)).toEqual([SOMEWHERE, ANYWHERE, network].map((id) => `${id}.conf`).sort());
    expect(await addressOf(second)).toBe(await addressOf(first));
    await lab.clear();
    await lab.world.docker.getVolume(`${lab.world.network}-state`).remove();
  });

  it('shows its address without a network, what is missing and the next command, which works', async () => {
    // A volume of the official image can hold a token with a line end, with which zerotier-cli is refused.
    const node = await lab.run({ health: true, files: { [`${HOME}/authtoken.secret`]: 'token-of-the-test\n' } });
    const [, command = ''] = await says(node, /this node is in no network.*\n {2}next: docker exec \w+ (.+)\n/);
    await isHealth(node, 'healthy');
    const words = command.replace('<network id>', network).split(' ');
    expect(await node.run(...words)).toMatchObject({ code: 0, out: expect.stringContaining('200 join OK') });
    await says(node, 'waits for authorization');
  });

  it.each([
    ['no TUN device', { tun: false }, /no \/dev\/net\/tun.*\n.*--cap-add NET_ADMIN --device \/dev\/net\/tun/],
    ['no NET_ADMIN', { netAdmin: false }, /NET_ADMIN.*\n.*--cap-add NET_ADMIN --device \/dev\/net\/tun/],
    [
      'a network id that is too short',
      { words: ['8056c2e21c00000'] },
      /"8056c2e21c00000" is not a network id: it has 15 digits/,
    ],
    ['the address of a node', { environment: { ZTNETWORK: '8056c2e21c' } }, /10 digits, as the address of a node has/],
    [
      'other letters',
      { environment: { ZEROTIER_JOIN_NETWORKS: '8056c2e21c00000g' } },
      /other letters than 0-9 and a-f/,
    ],
    ['a secret in the environment', { environment: { ZEROTIER_API_SECRET: 'x' } }, /ORRERY_ZT_AUTHTOKEN_FILE=/],
    ['an identity in the environment', { environment: { ZEROTIER_IDENTITY_SECRET: 'x' } }, /ORRERY_ZT_IDENTITY_FILE=/],
    ['an identity file that is not there', { environment: { ORRERY_ZT_IDENTITY_FILE: '/none' } }, /names \/none/],
  ] as [string, ZtOptions, RegExp][])('does not start with %s, and says what to do', async (_, options, words) => {
    expect(await refused({ words: [network], ...options })).toMatch(words);
  });

  it('takes identity and token from files, and never replaces its own identity with that of another node', async () => {
    const [identity, other] = await Promise.all([lab.world.mint(), lab.world.mint()]);
    const given = withIdentity(identity);
    const node = await lab.run({
      environment: { ...given.environment, ORRERY_ZT_AUTHTOKEN_FILE: '/run/secrets/token' },
      files: { ...given.files, '/run/secrets/token': 'token-of-the-test\n' },
    });
    await answers(node);
    expect((await node.run('zerotier-cli', 'info')).out).toContain(` ${identity.address} `);
    expect((await node.run('cat', `${HOME}/authtoken.secret`)).out).toBe('token-of-the-test');
    expect((await node.run('stat', '-c', '%a', `${HOME}/identity.secret`)).out).toBe('600\n');
    const known = withIdentity(other);
    const mixed = { ...known, files: { ...known.files, [`${HOME}/identity.secret`]: identity.secret } };
    expect(await refused(mixed)).toContain(
      `of node ${identity.address}, and /run/secrets/identity of another, ${other.address}`,
    );
    const half = { ...given, files: { '/run/secrets/identity': identity.public } };
    expect(await refused(half)).toContain('no identity with its secret part');
  });
});
