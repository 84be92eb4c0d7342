import { execFileSync, spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, realpathSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { eventually, reapAtExit, temporaryFolder } from '../../support/servers.js';
import { ROOT } from '../../support/system/build.js';

/** All programs that the installer can find on a machine; above all, no node. */
const TOOLS = [
  ...['sh', 'curl', 'tar', 'gzip', 'sha256sum', 'id', 'uname', 'cat', 'mkdir', 'rm', 'mv', 'dirname', 'basename'],
  ...['sed', 'grep', 'tr', 'chmod', 'sleep', 'setsid', 'ip', 'find', 'sort', 'ls'],
];
const NEEDED = ['unshare', 'nsenter', 'setpriv', 'mount', ...TOOLS];

/** Why no machine is possible here; undefined if one is. */
export function whyNoMachine(): string | undefined {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return 'namespaces need Linux and root';
  const absent = NEEDED.filter((tool) => !pathOf(tool));
  return absent.length > 0 ? `these programs are not here: ${absent.join(', ')}` : undefined;
}

function pathOf(tool: string): string | undefined {
  const folders = ['/usr/sbin', '/usr/bin', '/sbin', '/bin'];
  return folders.map((folder) => join(folder, tool)).find((path) => existsSync(path));
}

/** Its location on this side: the machine's own PATH is different. */
const NSENTER = pathOf('nsenter') ?? 'nsenter';

const ZEROTIER = {
  'identity.public': 'a1b2c3d4e5:0:00',
  'authtoken.secret': 'local',
  'local.conf': '{}',
  'networks.d/8056c2e21c000001.conf': 'nwid=8056c2e21c000001\nallowManaged=1\n',
  'networks.d/8056c2e21c000001.local.conf': 'allowManaged=1\nallowGlobal=0\n',
  'networks.d/8056c2e21c000002.conf': 'nwid=8056c2e21c000002\n',
};

/**
 * A machine as an installer sees it: a network and processes of its own, its own /etc, /opt, /run and /var/lib, a
 * zerotier-one that is in two networks, and neither Node nor the repository. One link leads to the API.
 */
export class Machine {
  private constructor(
    private readonly keeper: ChildProcess,
    private readonly folder: string,
  ) {}

  /** `gateway`/30 is this computer's end of the link, the next address is the machine's. */
  static async boot(gateway: string): Promise<Machine> {
    const folder = await temporaryFolder('machine');
    const at = (name: string) => join(folder, name);
    const own = gateway.replace(/\d+$/, (last) => `${Number(last) + 1}`);
    const zerotier = Object.entries(ZEROTIER).map(([name, text]) => `printf '${text}' > /var/lib/zerotier-one/${name}`);
    await Promise.all([mkdir(at('bin')), mkdir(at('etc')), writeFile(at('started'), '')]);
    for (const tool of TOOLS) await writeFile(at(`bin/${tool}`), recording(tool, at('started')), { mode: 0o755 });
    const script = [
      `cp -a /etc/. ${at('etc')}`,
      `mount --bind ${at('etc')} /etc`,
      ...['/opt', '/run', '/var/lib'].map((path) => `mount -t tmpfs none ${path}`),
      'mkdir -p /var/lib/zerotier-one/networks.d',
      ...zerotier,
      `mount --bind /dev/null ${realpathSync(process.execPath)}`,
      `mount --bind ${at('bin')} /usr/local/bin`,
      `mount -t tmpfs none ${ROOT}`,
      `touch ${at('booted')}`,
      `until [ -e ${at('linked')} ]; do sleep 0.05; done`,
      `ip link set lo up && ip address add ${own}/30 dev eth0 && ip link set eth0 up`,
      `ip route add default via ${gateway}`,
      `touch ${at('up')}`,
      'exec sleep 900',
    ].join(' && ');
    const namespaces = ['--net', '--mount', '--pid', '--fork', '--kill-child', '--mount-proc'];
    const keeper = spawn('setpriv', ['--pdeathsig', 'KILL', 'unshare', ...namespaces, 'sh', '-c', script], {
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    if (keeper.pid) await reapAtExit(keeper.pid);
    const machine = new Machine(keeper, folder);
    await machine.#until(at('booted'));
    const device = `orr${keeper.pid}`;
    const pid = String(keeper.pid);
    ip('link', 'add', device, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', pid);
    ip('address', 'add', `${gateway}/30`, 'dev', device);
    ip('link', 'set', device, 'up');
    execFileSync('touch', [at('linked')]);
    await machine.#until(at('up'));
    return machine;
  }

  /** Runs a line in its shell, as root. */
  start(line: string): Shell {
    const child = spawn(NSENTER, [...this.#inside(), 'sh', '-c', line], {
      env: { PATH: '/usr/local/bin', HOME: '/root' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    return new Shell(child);
  }

  /** Pastes a text at the prompt of a root shell: the shell reads it, so it is not an argument of any process. */
  paste(line: string): Shell {
    const child = spawn(NSENTER, [...this.#inside(), 'sh'], {
      env: { PATH: '/usr/local/bin', HOME: '/root' },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    child.stdin.end(`${line}\n`);
    return new Shell(child);
  }

  /** Arguments and environment of every program that was started here by its name, however short it ran. */
  started(): string {
    return readFileSync(join(this.folder, 'started'), 'latin1');
  }

  run(line: string): { status: number | null; output: string } {
    const { status, stdout, stderr } = spawnSync(NSENTER, [...this.#inside(), 'sh', '-c', line], {
      env: { PATH: '/usr/local/bin', HOME: '/root' },
      encoding: 'utf8',
      timeout: 60_000,
    });
    return { status, output: stdout + stderr };
  }

  /** For each file of its zerotier-one: owner, mode, size, modification time, and content. */
  zerotier(): string {
    const list = "find /var/lib/zerotier-one -printf '%p %u %m %s %T@\\n' | sort";
    return this.run(`${list}; find /var/lib/zerotier-one -type f | sort | while read file; do cat "$file"; done`)
      .output;
  }

  /** Every process in it with its command line. */
  processes(): string {
    return this.run(`for one in /proc/[0-9]*/cmdline; do tr '\\0' ' ' < $one; echo; done 2>/dev/null`).output;
  }

  /** Ends everything in it, and removes its link. */
  async powerOff(): Promise<void> {
    const ended = once(this.keeper, 'exit');
    this.keeper.kill('SIGKILL');
    await ended;
  }

  #inside(): string[] {
    const pid = String(this.keeper.pid);
    return ['-t', pid, '--net', '--mount', `--pid=/proc/${pid}/ns/pid_for_children`, '--'];
  }

  async #until(file: string): Promise<void> {
    const isThere = () => existsSync(file) || this.keeper.exitCode !== null;
    await eventually(isThere, { within: 20_000, what: 'the machine' });
    if (this.keeper.exitCode !== null) throw new Error('the machine did not boot');
  }
}

/**
 * A tool of the machine that first records how it was started, because polling would miss a process of some
 * milliseconds. One write for each, because the programs of a pipe are started at once.
 */
const recording = (tool: string, into: string): string =>
  [
    `#!${realpathSync('/bin/sh')}`,
    `started=$(printf '%s ' ${tool} "$@"; ${pathOf('tr')} '\\0' ' ' < /proc/$$/environ)`,
    `printf '%s\\n' "$started" >> ${into}`,
    'unset started',
    `exec ${pathOf(tool)} "$@"`,
    '',
  ].join('\n');

/** What every process of this computer reveals: its arguments to all, its environment to root. */
export function shownByProcesses(): string {
  const read = (pid: string, what: string) => {
    try {
      return readFileSync(`/proc/${pid}/${what}`, 'latin1');
    } catch {
      return '';
    }
  };
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name) && name !== String(process.pid));
  return pids.map((pid) => `${read(pid, 'cmdline')} ${read(pid, 'environ')}`).join('\n');
}

/** A running command line. */
class Shell {
  #output = '';

  constructor(private readonly child: ChildProcess) {
    for (const stream of [child.stdout, child.stderr])
      stream?.setEncoding('utf8').on('data', (text: string) => (this.#output += text));
  }

  /** All of its output. */
  async end(): Promise<string> {
    if (!this.ended) await once(this.child, 'close');
    return this.#output;
  }

  get ended(): boolean {
    return this.child.exitCode !== null || this.child.signalCode !== null;
  }

  async says(text: string): Promise<void> {
    await eventually(() => this.#output.includes(text), { within: 60_000 }).catch(() => {
      throw new Error(`it never says ${text}, but: ${this.#output.slice(-3000)}`);
    });
  }
}

function ip(...args: string[]): void {
  execFileSync('ip', args, { stdio: ['ignore', 'ignore', 'inherit'] });
}
