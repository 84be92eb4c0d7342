import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readFile, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { eventually } from '../../support/eventually.js';
import { reapAtExit, temporaryFolder } from '../../support/servers.js';

const run = promisify(execFile);

const SERVER = `const { appendFileSync } = require('node:fs');
const [log, ...addresses] = process.argv.slice(1);
for (const address of addresses)
  require('node:http').createServer((request, response) => {
    appendFileSync(log, request.socket.remoteAddress + '\\n');
    response.end(request.url === '/large' ? Buffer.alloc(20_000_000) : 'printed');
  }).listen(80, address);`;

/** A LAN behind this machine, which knows no way to any ZeroTier network: a web server that reports who asked it. */
export class Lan {
  private constructor(
    private readonly keeper: ChildProcess,
    private readonly server: ChildProcess,
    private readonly unlink: () => Promise<unknown>,
    private readonly log: string,
  ) {}

  /**
   * `prefix` and `beside`: the first three numbers of two prefixes in it. The machine has .1 in both, the server .20.
   * `behind`: a process in the network of a host of the lab, which is then that machine.
   */
  static async open(prefix: string, beside: string, behind?: number): Promise<Lan> {
    const machine = behind === undefined ? [] : ['nsenter', `--net=/proc/${behind}/ns/net`, '--'];
    const onMachine = ([tool = '', ...args]: string[]) => {
      const [program = '', ...more] = [...machine, tool, ...args];
      return run(program, more);
    };
    const device = `lan${randomBytes(4).toString('hex')}`;
    const keeper = spawn('unshare', ['--net', 'sleep', 'infinity'], { stdio: 'ignore' });
    await reapAtExit(keeper.pid);
    const isApart = async () =>
      (await readlink(`/proc/${keeper.pid}/ns/net`)) !== (await readlink('/proc/self/ns/net'));
    await eventually(isApart, { every: 5, what: 'a network of its own' });
    const enter = [`--net=/proc/${keeper.pid}/ns/net`, '--'];
    const addresses = (at: number, to: string) =>
      [prefix, beside].map((one) => `ip address add ${one}.${at}/24 dev ${to}`).join('; ');
    const link = `ip link add ${device} type veth peer name eth0 netns ${keeper.pid}; ${addresses(1, device)}`;
    await onMachine(['sh', '-ec', link]);
    await run('nsenter', [...enter, 'sh', '-ec', `ip link set lo up; ${addresses(20, 'eth0')}; ip link set eth0 up`]);
    await onMachine(['ip', 'link', 'set', device, 'up']);
    const log = join(await temporaryFolder('lan'), 'log');
    const program = [process.execPath, '-e', SERVER, log, `${prefix}.20`, `${beside}.20`];
    const server = spawn('nsenter', [...enter, ...program], { stdio: 'ignore' });
    await reapAtExit(server.pid);
    const answers = () => onMachine(['curl', '-fsS', '--max-time', '2', `http://${prefix}.20/`]).then(() => true);
    await eventually(answers, { what: 'the server of the LAN' });
    return new Lan(keeper, server, () => onMachine(['ip', 'link', 'del', device]), log);
  }

  /** Who asked last. */
  async lastAsked(): Promise<string | undefined> {
    return (await readFile(this.log, 'utf8')).trim().split('\n').at(-1);
  }

  async close(): Promise<void> {
    this.server.kill('SIGKILL');
    this.keeper.kill('SIGKILL');
    await this.unlink().catch(() => undefined);
  }
}
