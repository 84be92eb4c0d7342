import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readlink, rmdir, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import type Docker from 'dockerode';
import { eventually } from '../../support/eventually.js';
import { reapAtExit, shortFolder } from '../../support/servers.js';
import { ROOT } from '../../support/system/build.js';
import type { LabEngine } from '../../support/zerotier/lab-engine.js';
import type { LabWorld } from '../../support/zerotier/lab-world.js';
import { EngineVariant } from '../machine/engine-variant.js';

const run = promisify(execFile);
/** What its policy says at first. */
const ALLOWED = 'workloads: labelled\n';
const CLOCK = join(ROOT, 'test/support/system/shifted-clock.mjs');
/** The container that is the zerotier-one of the host itself. */
const DAEMON = 'zerotier';
const DEVICES = '/sys/fs/cgroup/devices';
const ZT_HOME = 'var/lib/zerotier-one';

export interface Ran {
  code: number;
  out: string;
}

/** What of systemd a fix can ask for: the hosts of the lab run none. `$HOST_LAB` is the folder of the host. */
const SYSTEMD = {
  systemctl: `#!/bin/sh
set -e
stop_agent() { kill "$(cat "$HOST_LAB/agent.pid")" 2>/dev/null && while kill -0 "$(cat "$HOST_LAB/agent.pid")" 2>/dev/null; do sleep 0.05; done; true; }
start_agent() { kill -0 "$(cat "$HOST_LAB/agent.pid")" 2>/dev/null || . "$HOST_LAB/agent"; }
stop_zerotier() { docker exec ${DAEMON} sh -c 'read pid </${ZT_HOME}/zerotier-one.pid; kill $pid; while kill -0 $pid; do sleep 0.05; done' 2>/dev/null || true; }
start_zerotier() { docker start ${DAEMON} >/dev/null && docker exec --detach ${DAEMON} zerotier-one; }
case $* in
  *orrery-agent) what=agent ;;
  *zerotier-one) what=zerotier ;;
  *) exit 5 ;;
esac
case $1 in
  start) start_$what ;;
  stop) stop_$what ;;
  restart) stop_$what; start_$what ;;
  *) exit 64 ;;
esac
`,
  timedatectl: `#!/bin/sh
[ "$*" = "set-ntp true" ] || exit 64
echo 0 >"$HOST_LAB/clock" && kill -USR2 "$(cat "$HOST_LAB/agent.pid")"
`,
};

/**
 * A whole host on this machine: network, firewall, devices and clock of its own, a Docker Engine in them with NAT, and
 * an agent. It is connected to the bridge of a lab world, where the root of all nodes is.
 */
export class LabHost {
  readonly #programs = new Set<string>();

  private constructor(
    readonly name: string,
    readonly folder: string,
    readonly variant: EngineVariant,
    private readonly world: LabWorld,
    private readonly holder: ChildProcess,
    private readonly cgroup: string,
  ) {}

  /** Only version 1 of control groups has files that say which devices may be used. */
  static readonly hasDeviceGroups = existsSync(DEVICES);

  /** `number`: distinguishes the hosts of a world. */
  static async start(name: string, number: number, world: LabWorld, from: LabEngine, env: Record<string, string>) {
    const folder = await shortFolder('host');
    const holder = spawn('unshare', ['--net', '--mount', '--propagation', 'private', 'sleep', 'infinity']);
    await reapAtExit(holder.pid);
    const pid = Number(holder.pid);
    const isApart = async () => (await readlink(`/proc/${pid}/ns/net`)) !== (await readlink('/proc/self/ns/net'));
    await eventually(isApart, { within: 10_000, every: 5, what: 'a network of its own' });
    await connect(pid, number, world);
    await mkdir(join(folder, 'bin'));
    for (const [program, script] of Object.entries(SYSTEMD))
      await writeFile(join(folder, 'bin', program), script, { mode: 0o755 });
    await writeFile(join(folder, 'clock'), '0');
    const cgroup = `orrery-lab-${pid}`;
    if (LabHost.hasDeviceGroups) await mkdir(join(DEVICES, cgroup));
    const variant = await EngineVariant.start(from, { number: 230 + 2 * number, inside: pid, cgroup: `/${cgroup}` });
    await mkdir(join(folder, 'home'), { mode: 0o700 });
    await writeFile(join(folder, 'policy.yaml'), ALLOWED, { mode: 0o600 });
    const settings = {
      NODE_ENV: 'test',
      ORRERY_AGENT_HOME: join(folder, 'home'),
      ORRERY_HOST_NAME: name,
      ORRERY_DOCKER_SOCKET: variant.socket,
      ORRERY_ZEROTIER_HOME: join(folder, 'zerotier-one'),
      ORRERY_ZEROTIER_IMAGE: from.image,
      ORRERY_POLICY_FILE: join(folder, 'policy.yaml'),
      ORRERY_WARM_IDENTITIES: '0',
      ORRERY_TEST_CLOCK_FILE: join(folder, 'clock'),
      ...env,
    };
    const group = LabHost.hasDeviceGroups ? `echo $$ >'${join(DEVICES, cgroup, 'cgroup.procs')}'; ` : '';
    await writeFile(join(folder, 'agent'), `${group}${startOf(settings, folder)}`);
    return new LabHost(name, folder, variant, world, holder, cgroup);
  }

  get docker(): Docker {
    return this.variant.engine.docker;
  }

  get pid(): number {
    return Number(this.holder.pid);
  }

  /** Home of the agent. */
  get home(): string {
    return join(this.folder, 'home');
  }

  async startAgent(): Promise<void> {
    await this.must('systemctl start orrery-agent');
  }

  /** Also one that a fix has started. */
  async killAgent(): Promise<void> {
    await this.must('kill -9 "$(cat "$HOST_LAB/agent.pid")" || true');
  }

  /** A zerotier-one of the host itself, which people have installed: it is in the network of the host. */
  async installZeroTier(): Promise<void> {
    const moons = join(this.folder, 'zerotier-one', 'moons.d');
    await mkdir(moons, { recursive: true });
    for (const { path, content } of this.world.moons) await writeFile(join(moons, basename(path)), content ?? '');
    const rights = '--cap-add NET_ADMIN --device /dev/net/tun --network host';
    const home = `--volume "$HOST_LAB/zerotier-one:/${ZT_HOME}"`;
    await this
      .must(`docker run --detach --init --name ${DAEMON} ${rights} ${home} --entrypoint sleep ${this.variant.engine.image} infinity
      systemctl start zerotier-one`);
    await this.#untilListens('zerotier-one', 9993);
  }

  /** A shell of root on this host. */
  async shell(script: string): Promise<Ran> {
    const words = ['-t', String(this.pid), '--net', '--mount', '--', 'sh', '-c', script];
    const env = {
      PATH: `${this.folder}/bin:${process.env['PATH'] ?? ''}`,
      HOME: '/root',
      HOST_LAB: this.folder,
      DOCKER_HOST: `unix://${this.variant.socket}`,
    };
    return ended(run('nsenter', words, { env, timeout: 90_000 }));
  }

  /** The same, but it must succeed. */
  async must(script: string): Promise<string> {
    const { code, out } = await this.shell(script);
    if (code !== 0) throw new Error(`\`${script}\` on ${this.name} ended with ${code}: ${out}`);
    return out;
  }

  /** A program of somebody else that runs on. Resolves when it has its port. */
  async background(name: string, port: number, script: string): Promise<void> {
    await writeFile(join(this.folder, `${name}.cjs`), script);
    const program = `'${process.execPath}' "$HOST_LAB/${name}.cjs" </dev/null >/dev/null 2>&1`;
    await this.must(`${program} & echo $! >"$HOST_LAB/${name}.pid"`);
    this.#programs.add(name);
    await this.#untilListens(name, port);
  }

  async #untilListens(name: string, port: number): Promise<void> {
    const listens = async () => (await this.must(`ss -Hltun sport = :${port}`)) !== '';
    await eventually(listens, { within: 30_000, what: `${name} has port ${port}` });
  }

  async stopBackground(name: string): Promise<void> {
    if (this.#programs.delete(name)) await this.must(`kill "$(cat "$HOST_LAB/${name}.pid")"`);
  }

  /** Shifts its clock. */
  async setClock(shiftMs: number): Promise<void> {
    await writeFile(join(this.folder, 'clock'), String(shiftMs));
    await this.must('kill -USR2 "$(cat "$HOST_LAB/agent.pid")"');
  }

  /** The engine's container of a node. */
  container(name: string): Docker.Container {
    return this.docker.getContainer(`orrery-${name}`);
  }

  /** Denies the TUN device to the whole host, or allows it again: as an outer container does that was created without it. */
  async tun(rule: 'allow' | 'deny'): Promise<void> {
    await writeFile(join(DEVICES, this.cgroup, `devices.${rule}`), 'c 10:200 rwm');
  }

  /** Runs a program of this machine in the network of a container. */
  async inNetworkOf(name: string, script: string): Promise<Ran> {
    const { State } = await this.container(name).inspect();
    return ended(run('nsenter', ['-t', String(State.Pid), '--net', '--', 'sh', '-c', script]));
  }

  async close(): Promise<void> {
    await this.killAgent();
    for (const name of this.#programs) await this.stopBackground(name);
    await this.variant.stop();
    this.holder.kill('SIGKILL');
    if (!LabHost.hasDeviceGroups) return;
    // A group goes when its last process has gone.
    await eventually(() => rmdir(join(DEVICES, this.cgroup)).then(() => true), { what: 'an empty control group' });
  }
}

export const ended = (running: Promise<{ stdout: string; stderr: string }>): Promise<Ran> =>
  running.then(
    ({ stdout, stderr }) => ({ code: 0, out: stdout + stderr }),
    (error: { code?: number; stdout?: string; stderr?: string; message: string }) => ({
      code: typeof error.code === 'number' ? error.code : -1,
      out: `${error.stdout ?? ''}${error.stderr ?? ''}` || error.message,
    }),
  );

/** One end of a cable in the bridge of the world, the other in the host. Its only addresses are those of IPv4, as an engine gives them. */
async function connect(pid: number, number: number, { docker, network }: LabWorld): Promise<void> {
  const { Id, IPAM } = (await docker.getNetwork(network).inspect()) as {
    Id: string;
    IPAM: { Config: { Gateway: string; Subnet: string }[] };
  };
  const { Gateway = '', Subnet = '' } = IPAM.Config[0] ?? {};
  const address = `${Gateway.replace(/\d+$/, String(200 + number))}/${Subnet.split('/')[1] ?? '24'}`;
  const cable = `v${pid}`;
  const script = `set -e
    ip link add ${cable} type veth peer name eth0 netns ${pid}
    ip link set ${cable} master br-${Id.slice(0, 12)} up
    nsenter -t ${pid} --net --mount sh -ec '
      for family in all default; do echo 1 >/proc/sys/net/ipv6/conf/$family/disable_ipv6; done
      ip link set lo up
      ip addr add ${address} dev eth0
      ip link set eth0 up
      ip route add default via ${Gateway}
      mount -t tmpfs none /dev/net
      mknod -m 666 /dev/net/tun c 10 200'`;
  await run('sh', ['-c', script]);
}

/** Starts the agent in the background, as a service manager would: nothing of the shell that does it reaches the agent. */
const startOf = (settings: Record<string, string>, folder: string): string => {
  const variables = Object.entries(settings).map(([name, value]) => `${name}='${value}'`);
  const program = `'${process.execPath}' --import '${CLOCK}' '${join(ROOT, 'apps/agent/dist/program.js')}'`;
  const env = `env -i PATH='${process.env['PATH'] ?? ''}' HOME=/nonexistent ${variables.join(' ')}`;
  return `${env} setsid ${program} </dev/null >>'${folder}/agent.log' 2>&1 & echo $! >'${folder}/agent.pid'\n`;
};
