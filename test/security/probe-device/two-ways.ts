import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { ProbeResult, ProbeTarget } from '@orrery/shared/contracts';
import { namespaceProber } from '../../../apps/agent/src/probes/namespace-prober.js';
import { eventually, reapAtExit, temporaryFolder } from '../../support/servers.js';
import { buildOnce, ROOT } from '../../support/system/build.js';

/** The probed address is behind both links, so a route alone decides which one is taken. */
export const FAR = { v4: '10.77.0.1', v6: 'fd77::1', http: 8080, tls: 8443, closed: 81 };
/** The node's interface in the network, with the name that zerotier-one would give it. */
const ZT = 'zt5u4abcde';
const OWN = { zt: '10.9.1.1', ztV6: 'fd09:1::1', eth0: '10.9.2.1' };
const VIA = {
  zt: ['10.77.0.0/24 via 10.9.1.2', '-6 fd77::/64 via fd09:1::2'],
  eth0: ['10.77.0.0/24 via 10.9.2.2', '-6 fd77::/64 via fd09:2::2'],
};
/** Counters of eth0's IPv6, in the namespace that reads it. */
const REPORTS = '/proc/net/dev_snmp6/eth0';
const NEAR_SETUP = ['ip link set lo up', 'touch ready', 'exec sleep 900'];

/** Whether namespaces can be created here. */
export const canHaveTwoWays = process.platform === 'linux' && process.getuid?.() === 0;

/** A node's network namespace with two links to another one: `eth0`, and one that looks like ZeroTier's. */
export class TwoWays {
  private constructor(
    private readonly processes: ChildProcess[],
    private readonly enter: string[],
    /**
     * Enters as well, but moves the route to eth0 first whenever the command is not `ip`: after the judgment, before
     * the packet.
     */
    private readonly enterLate: string[],
    private readonly program: string,
  ) {}

  static async open(): Promise<TwoWays> {
    await buildOnce();
    const [near, far] = await Promise.all([keeper(), keeper()]);
    const inNear = ['nsenter', `--net=/proc/${near.pid}/ns/net`, '--'];
    const inFar = ['nsenter', `--net=/proc/${far.pid}/ns/net`, '--'];
    const links: [string, string, number][] = [
      [ZT, 'z', 1],
      ['eth0', 'e', 2],
    ];
    for (const [device, peer, at] of links) {
      await run(inNear, `ip link add ${device} type veth peer name ${peer} netns /proc/${far.pid}/ns/net`);
      // No link-local address, so no router solicitations: every counted packet is one that a probe sent.
      if (device === 'eth0') await run(inNear, `ip link set ${device} addrgenmode none`);
      await run(inNear, `ip address add 10.9.${at}.1/24 dev ${device}`);
      await run(inFar, `ip address add 10.9.${at}.2/24 dev ${peer}`);
      await run(inNear, `ip address add fd09:${at}::1/64 dev ${device} nodad`);
      await run(inFar, `ip address add fd09:${at}::2/64 dev ${peer} nodad`);
      await run(inNear, `ip link set ${device} up`);
      await run(inFar, `ip link set ${peer} up`);
      await introduce(inNear, device, at, [inFar, peer]);
    }
    await run(inFar, `ip address add ${FAR.v4}/32 dev lo`);
    await run(inFar, `ip address add ${FAR.v6}/128 dev lo nodad`);
    const server = await serve(inFar);
    const late = join(await temporaryFolder('late'), 'enter');
    const flip = VIA.eth0.map((route) => [...inNear, ...routeCommand(route)].join(' ')).join('\n  ');
    await writeFile(late, `#!/bin/sh\nif [ "$1" != ip ]; then\n  ${flip}\nfi\nexec ${inNear.join(' ')} "$@"\n`);
    await chmod(late, 0o755);
    return new TwoWays([server, near, far], inNear, [late], join(ROOT, 'apps/agent/dist/program.js'));
  }

  /** Sends traffic for the address behind both links over this one from now on. */
  async route(way: keyof typeof VIA): Promise<void> {
    for (const route of VIA[way])
      await promisify(execFile)(this.enter[0] ?? '', [...this.enter.slice(1), ...routeCommand(route)]);
  }

  /** With `late`, the route moves to eth0 between the judgment and the first packet. */
  probe(target: ProbeTarget, { mayLeaveNetworks = false, late = false } = {}): Promise<ProbeResult> {
    const child = [process.execPath, this.program, 'probe-child'];
    const signal = new AbortController().signal;
    const prober = namespaceProber(late ? this.enterLate : this.enter, child);
    return prober({ target, mayLeaveNetworks, timeoutMs: 5_000, tell: () => undefined, signal });
  }

  /**
   * How many packets have left by eth0, excluding those that IPv6 sends to routers on its own (MLD).
   */
  async leaked(): Promise<number> {
    const reports = async () => Number(/OutType143\s+(\d+)/.exec(await run(this.enter, `cat ${REPORTS}`))?.[1] ?? 0);
    for (;;) {
      const before = await reports();
      const printed = await run(this.enter, 'ip -json -s link show eth0');
      const [link] = JSON.parse(printed) as { stats64: { tx: { packets: number } } }[];
      if ((await reports()) === before) return (link?.stats64.tx.packets ?? Number.NaN) - before;
    }
  }

  async set(setting: string): Promise<void> {
    await run(this.enter, `sysctl -qw ${setting}`);
  }

  close(): void {
    for (const one of this.processes) one.kill('SIGKILL');
  }
}

const routeCommand = (route: string): string[] =>
  route.startsWith('-6 ') ? `ip -6 route replace ${route.slice(3)}`.split(' ') : `ip route replace ${route}`.split(' ');

async function run(enter: readonly string[], command: string): Promise<string> {
  const [tool = '', ...args] = [...enter, ...command.split(' ')];
  return (await promisify(execFile)(tool, args)).stdout;
}

/**
 * Both ends of a link know each other for good. Otherwise the far one asks five seconds after the last packet whether
 * the near one is still there, and the answer leaves by eth0.
 */
async function introduce(near: string[], device: string, at: number, [far, peer]: [string[], string]): Promise<void> {
  const addressOf = async (enter: string[], name: string) => {
    const [link] = JSON.parse(await run(enter, `ip -json link show ${name}`)) as { address: string }[];
    return link?.address ?? '';
  };
  const [nearAddress, farAddress] = [await addressOf(near, device), await addressOf(far, peer)];
  for (const net of [`10.9.${at}.`, `fd09:${at}::`]) {
    await run(near, `ip neighbor replace ${net}2 lladdr ${farAddress} nud permanent dev ${device}`);
    await run(far, `ip neighbor replace ${net}1 lladdr ${nearAddress} nud permanent dev ${peer}`);
  }
}

async function keeper(): Promise<ChildProcess> {
  const folder = await temporaryFolder('way');
  const command = ['--pdeathsig', 'KILL', 'unshare', '--net', 'sh', '-c', NEAR_SETUP.join(' && ')];
  const kept = spawn('setpriv', command, { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] });
  if (kept.pid) await reapAtExit(kept.pid);
  await eventually(() => existsSync(join(folder, 'ready')), { within: 20_000, what: 'a namespace' });
  return kept;
}

/** Answers every page with the source address of the request, which identifies the link: each has its own. */
async function serve(enter: readonly string[]): Promise<ChildProcess> {
  const program = `
    const { createServer } = require('node:http');
    const answer = (request, response) => {
      const from = request.socket.remoteAddress.replace('::ffff:', '');
      if (request.url === '/away') response.writeHead(302, { location: 'http://${OWN.eth0.replace(/1$/, '2')}:${FAR.http}/' }).end();
      else response.end(from);
    };
    createServer(answer).listen(${FAR.http}, '::', () => process.stdout.write('listens'));
    require('node:net').createServer((socket) => socket.end('no TLS')).listen(${FAR.tls}, '::');
  `;
  const [tool = '', ...args] = [...enter, process.execPath, '-e', program];
  const server = spawn(tool, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  if (server.pid) await reapAtExit(server.pid);
  let said = '';
  server.stdout.on('data', (text: Buffer) => (said += text.toString()));
  await eventually(() => said.includes('listens'), { within: 20_000, what: 'a server behind both links' });
  return server;
}
