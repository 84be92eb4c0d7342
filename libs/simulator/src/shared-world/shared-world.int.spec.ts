import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmod, readdir, stat } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { MembershipSettings } from '@orrery/shared/contracts';
import { createLogger } from '@orrery/shared/runtime';
import { eventually, shortFolder, temporaryFolder } from '../../../../test/support/servers.js';
import { statusOf } from '../model/membership.js';
import { addressOf, SimulatedHost } from '../simulated-host.js';

const logger = createLogger('test', 'silent');
const settings = MembershipSettings.parse({});

/** A simulated host whose agent can stop and start again. */
class Place {
  host!: SimulatedHost;
  isUp = false;

  constructor(
    readonly home: string,
    private readonly world: string | undefined,
    private readonly now: () => number,
  ) {}

  async start(): Promise<this> {
    this.host = await SimulatedHost.open({ home: this.home, world: this.world, logger, now: this.now });
    this.isUp = true;
    return this;
  }

  async stop(): Promise<void> {
    if (this.isUp) await this.host.close();
    this.isUp = false;
  }

  get address(): string {
    return addressOf(this.host.state.host);
  }

  ask(method: string, path: string, body?: object): unknown {
    const headers = { 'x-zt1-auth': this.host.state.host.token };
    const text = body && JSON.stringify(body);
    const answer = this.host.world.handle(this.address, { method, path, headers, ...(text && { body: text }) });
    return JSON.parse(answer?.body || 'null');
  }

  createNetwork(): string {
    const { id } = this.ask('POST', `/controller/network/${this.address}______`, {
      ...{ name: 'lab', v4AssignMode: { zt: true }, routes: [{ target: '10.182.44.0/24' }] },
      ipAssignmentPools: [{ ipRangeStart: '10.182.44.1', ipRangeEnd: '10.182.44.254' }],
    }) as { id: string };
    return id;
  }

  authorize(network: string, member: string, authorized = true): void {
    this.ask('POST', `/controller/network/${network}/member/${member}`, { authorized });
  }

  membership(network: string) {
    const membership = this.host.daemon(this.host.state.host).memberships[network];
    return { status: membership && statusOf(membership), addresses: membership?.config?.addresses };
  }
}

/** What a killed process leaves behind: a socket that nobody listens on. */
function leaveDeadSocket(path: string): void {
  const listen = `require('net').createServer().listen(${JSON.stringify(path)}, () => process.kill(process.pid, 'SIGKILL'))`;
  expect(spawnSync(process.execPath, ['-e', listen]).signal).toBe('SIGKILL');
}

/** Resolves when the other side has closed, whether it read everything or not. */
async function put(path: string, text: string): Promise<void> {
  const socket = connect(path).resume();
  socket.end(text);
  await once(socket, 'close').catch(() => undefined);
}

describe('simulated hosts of one world', () => {
  const places: Place[] = [];
  let folder: string;
  let now: number;
  let a: Place;
  let b: Place;
  let network: string;

  const place = async (world: string | undefined = folder): Promise<Place> => {
    const made = new Place(await temporaryFolder('place'), world, () => now);
    places.push(made);
    return made.start();
  };
  const pass = async (ms: number) => {
    now += ms;
    for (const one of places) if (one.isUp) await one.host.advance();
  };
  /** Virtual time stands still meanwhile: only the sockets need real time. */
  const shows = (one: Place, status: string, id = network) =>
    eventually(() => one.membership(id).status === status, { what: `${one.address} shows ${status}` });
  /** Advances to the node's own next round: five seconds, slightly late. */
  const showsIn = async (ms: number, one: Place, status: string) => {
    await pass(ms);
    await shows(one, status);
  };

  beforeEach(async () => {
    now = Date.parse('2026-05-01T10:00:00.000Z');
    folder = join(await shortFolder('world'), 'w');
    [a, b] = [await place(), await place()];
    network = a.createNetwork();
    await pass(6_000);
  });

  afterEach(async () => {
    for (const one of places.splice(0)) await one.stop();
    // Nothing listens any more, and nothing is left that looks like a listener.
    expect((await readdir(folder)).filter((name) => name.endsWith('.sock'))).toEqual([]);
  });

  it('admit a node that was authorized before it joins, with an address of the pool', async () => {
    a.authorize(network, b.address);
    b.host.join(b.host.state.host, network, settings);
    await showsIn(6_000, b, 'OK');
    expect(b.membership(network).addresses).toEqual([expect.stringMatching(/^10\.182\.44\.\d+\/24$/)]);
    expect(a.ask('GET', `/controller/network/${network}/member/${b.address}`)).toMatchObject({
      ...{ authorized: true, identity: b.host.state.host.identityPublic },
      ipAssignments: [b.membership(network).addresses?.[0]?.replace('/24', '')],
    });
  });

  it('admit a node whose network exists from its start within half a second', async () => {
    a.authorize(network, b.address);
    b.host.stopDaemon(b.host.state.host);
    b.host.state.host.files = { [`${network}.conf`]: '' };
    b.host.startDaemon(b.host.state.host);
    await showsIn(500, b, 'OK');
  });

  it('reach the addresses of other nodes in a shared network, and no others', async () => {
    a.authorize(network, b.address);
    b.host.join(b.host.state.host, network, settings);
    await showsIn(6_000, b, 'OK');
    const ip = b.membership(network).addresses?.[0]?.replace('/24', '') ?? '';
    const c = await place();
    for (const one of [a, b, c]) expect(await one.host.reaches(network, ip, 5_000)).toBe(true);
    expect(await c.host.reaches(network, '10.182.44.253', 300)).toBe(false);
    b.host.join(b.host.state.host, '8056c2e21c000001', settings);
    await pass(6_000);
    await shows(b, 'OK', '8056c2e21c000001');
    const own = b.membership('8056c2e21c000001').addresses?.[0]?.replace('/24', '') ?? '';
    expect(await b.host.reaches('8056c2e21c000001', own, 300)).toBe(true);
    expect(await c.host.reaches('8056c2e21c000001', own, 300)).toBe(false);
  });

  it('keep a node out until somebody authorizes it', async () => {
    b.host.join(b.host.state.host, network, settings);
    await showsIn(6_000, b, 'ACCESS_DENIED');
    a.authorize(network, b.address);
    await showsIn(6_000, b, 'OK');
  });

  it('do not notify a deauthorized node, which notices within a minute, but notify it at once when authorized again', async () => {
    a.authorize(network, b.address);
    b.host.join(b.host.state.host, network, settings);
    await showsIn(6_000, b, 'OK');
    a.authorize(network, b.address, false);
    await pass(10_000);
    expect(b.membership(network).status).toBe('OK');
    await showsIn(56_000, b, 'ACCESS_DENIED');
    expect(b.membership(network).addresses).toHaveLength(1);
    a.authorize(network, b.address);
    await shows(b, 'OK');
  });

  it('report NOT_FOUND when a network was deleted', async () => {
    a.authorize(network, b.address);
    b.host.join(b.host.state.host, network, settings);
    await showsIn(6_000, b, 'OK');
    a.ask('DELETE', `/controller/network/${network}`);
    await showsIn(66_000, b, 'NOT_FOUND');
  });

  it('keep networks and memberships when the agent of the controller restarts, and still reach the nodes', async () => {
    a.authorize(network, b.address);
    b.host.join(b.host.state.host, network, settings);
    await showsIn(6_000, b, 'OK');
    await a.host.save();
    await a.stop();
    await a.start();
    expect(a.ask('GET', '/controller/network')).toEqual([network]);
    a.ask('POST', `/controller/network/${network}/member/${b.address}`, { ipAssignments: ['10.182.44.77'] });
    await eventually(() => b.membership(network).addresses?.[0] === '10.182.44.77/24', { what: 'the new address' });
  });

  it('get no answer while the controller is unreachable, and nobody else admits them', async () => {
    a.authorize(network, b.address);
    await a.stop();
    b.host.join(b.host.state.host, network, settings);
    await pass(20_000);
    await pass(20_000);
    expect(b.membership(network).status).toBe('REQUESTING_CONFIGURATION');
    await a.start();
    await showsIn(6_000, b, 'OK');
  });

  it('take over from a host that was killed, including its socket file', async () => {
    const left = join(folder, `${a.address}.sock`);
    await a.stop();
    leaveDeadSocket(left);
    expect((await stat(left)).isSocket()).toBe(true);
    await a.start();
    a.authorize(network, b.address);
    b.host.join(b.host.state.host, network, settings);
    await showsIn(6_000, b, 'OK');
  });

  it('drop anything that is not a letter, and continue to accept letters', async () => {
    for (const junk of ['nonsense\n', '{}\n', 'x'.repeat(2_000_000)])
      await put(join(folder, `${a.address}.sock`), junk);
    a.authorize(network, b.address);
    b.host.join(b.host.state.host, network, settings);
    await showsIn(6_000, b, 'OK');
  });

  it('keep their own version of an implicit network, or of any network without a shared world', async () => {
    const alone = new Place(await temporaryFolder('alone'), undefined, () => now);
    places.push(await alone.start());
    const nobodys = '8056c2e21c000001';
    for (const one of [b, alone]) one.host.join(one.host.state.host, nobodys, settings);
    alone.host.join(alone.host.state.host, network, settings);
    await pass(6_000);
    await pass(2_000);
    expect(b.membership(nobodys).status).toBe('OK');
    expect(alone.membership(nobodys).status).toBe('OK');
    expect(alone.membership(network).status).toBe('OK');
    expect(a.ask('GET', `/controller/network/${network}/member`)).toEqual({});
  });

  it('do not displace a process that runs a copy of the same host', async () => {
    const copy = new Place(a.home, folder, () => now);
    places.push(await copy.start());
    await copy.stop();
    a.authorize(network, b.address);
    b.host.join(b.host.state.host, network, settings);
    await showsIn(6_000, b, 'OK');
  });
});

describe('a folder for a world', () => {
  const open = async (world: string) =>
    (await SimulatedHost.open({ home: await temporaryFolder('place'), world, logger })).close();

  it('is created for its owner alone, and refused when others can use it', async () => {
    const folder = join(await shortFolder('world'), 'w');
    await open(folder);
    expect((await stat(folder)).mode & 0o777).toBe(0o700);
    await chmod(folder, 0o750);
    await expect(open(folder)).rejects.toThrow('users other than its owner');
  });

  it('is refused when its path is too long for a socket', async () => {
    const base = await shortFolder('world');
    const fits = join(base, 'w'.repeat(103 - base.length - '/'.length - '/0123456789.sock'.length));
    await open(fits);
    await expect(open(`${fits}w`)).rejects.toThrow('ORRERY_SIMULATED_WORLD');
  });
});
