import { execFile, spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { eventually, reapAtExit, temporaryFolder } from '../../support/servers.js';
import { buildOnce, ROOT } from '../../support/system/build.js';

const PORT = 19_993;
const SETUP = [
  'mount -t sysfs none /sys',
  'ip link set lo up',
  ...['eth0', 'docker0'].flatMap((device) => [`ip link add ${device} type bridge`, `ip link set ${device} up`]),
  'ip address add 192.168.1.7/24 dev eth0',
  // Without duplicate address detection its route is there at once.
  'ip address add fd12:3456::7/64 dev eth0 nodad',
  'ip route add default via 192.168.1.1',
  'ip address add 172.17.0.1/16 dev docker0',
  'ip route add 10.20.0.0/24 via 192.168.1.2',
];

export interface Came {
  steps: { step: string; allowManaged: boolean | string[] | undefined }[];
  /** Routes that do not belong to ZeroTier's devices, before and after. */
  before: string[];
  after: string[];
  ofNetwork: string[];
  file: string;
  name: string;
  findings: { code: string; severity: string; cause: string }[];
}

/** Whether a host is possible here: network namespaces and TAP devices need Linux and root. */
export const canHaveHost = process.platform === 'linux' && process.getuid?.() === 0 && existsSync('/dev/net/tun');

/**
 * A separate host in a network namespace: a LAN, a bridge of Docker's, a way to NATS, and a zerotier-one with a
 * controller.
 */
export class HostNamespace {
  private constructor(
    private readonly processes: ChildProcess[],
    private readonly inside: string[],
    private readonly home: string,
  ) {}

  /** `program`: the stand-in, as `buildStandin` made it. */
  static async open(program: string): Promise<HostNamespace> {
    const folder = await temporaryFolder('namespace');
    const home = await temporaryFolder('zerotier');
    const script = `${SETUP.join(' && ')} && touch ${folder}/ready && exec sleep 900`;
    const keeper = spawn('setpriv', ['--pdeathsig', 'KILL', 'unshare', '--net', '--mount', 'sh', '-c', script], {
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    if (keeper.pid) await reapAtExit(keeper.pid);
    await eventually(() => existsSync(join(folder, 'ready')), { within: 20_000, what: 'the namespace' });
    const inside = ['--net', '--mount', '-t', String(keeper.pid), '--'];
    const daemon = spawn('nsenter', [...inside, process.execPath, program, `-p${PORT}`, home], { stdio: 'ignore' });
    if (daemon.pid) await reapAtExit(daemon.pid);
    await eventually(() => existsSync(join(home, 'zerotier-one.port')), { within: 30_000, what: 'the daemon' });
    return new HostNamespace([daemon, keeper], inside, home);
  }

  /** Joins a network that pushes this, as an agent or, not guarded, as a person by hand. */
  async join(network: object, guarded = true): Promise<Came> {
    const ways = { NATS: 'nats://10.20.0.5:4222', 'the API': 'http://10.20.0.6:7070' };
    const asked = join(this.home, 'asked.json');
    await writeFile(asked, JSON.stringify({ root: ROOT, home: this.home, port: PORT, network, guarded, ways }));
    const script = join(ROOT, 'test/security/malicious-network/join-as-agent.mjs');
    const run = promisify(execFile)('nsenter', [...this.inside, process.execPath, script, asked], {
      maxBuffer: 64 * 1024 * 1024,
      timeout: 200_000,
    });
    return JSON.parse((await run).stdout) as Came;
  }

  close(): void {
    for (const one of this.processes) one.kill('SIGKILL');
  }
}

/** The agent's parts and the stand-in for zerotier-one in one file; returns the program to run. */
export async function buildStandin(): Promise<string> {
  await buildOnce();
  const program = join(await temporaryFolder('standin'), 'zerotier-one.cjs');
  const what = ['test/support/zerotier-standin/main.ts', '--bundle', '--platform=node', '--format=cjs'];
  const start = 'module.exports.main(process.argv).then((code) => (process.exitCode = code));';
  const options = [...what, '--log-level=error', `--footer:js=${start}`, `--outfile=${program}`];
  const built = spawnSync(process.execPath, [join(ROOT, 'node_modules/esbuild/bin/esbuild'), ...options], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  if (built.status !== 0) throw new Error(`the stand-in cannot be built:\n${built.stderr}`);
  return program;
}
