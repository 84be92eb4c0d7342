import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import Docker from 'dockerode';
import type { LabEngine } from '../../support/zerotier/lab-engine.js';

const run = promisify(execFile);
const LAB = new URL('../../lab/dockerd.sh', import.meta.url).pathname;
/** ioctl request with which a TAP device is configured. */
const TUNSETIFF = 0x400454ca;

export interface VariantOptions {
  /** Tells engines of one machine apart: the third number of their bridges' addresses. */
  number: number;
  /** False: in the engine's view of files there is no /dev/net/tun. */
  tun?: boolean;
  /** False: the kernel refuses to configure TAP devices, as it does without NET_ADMIN. */
  tap?: boolean;
}

/** A second engine of this machine, with a fault built in, holding the image under test. */
export class EngineVariant {
  private constructor(
    readonly engine: LabEngine,
    private readonly folder: string,
    private readonly options: VariantOptions,
  ) {}

  /** Whether this machine lets us start an engine at all. */
  static async isPossible(): Promise<boolean> {
    if (process.platform !== 'linux' || process.getuid?.() !== 0) return false;
    return run('sh', ['-c', 'command -v docker dockerd containerd unshare ip']).then(
      () => true,
      () => false,
    );
  }

  static async start(from: LabEngine, options: VariantOptions): Promise<EngineVariant> {
    const folder = await mkdtemp(join(tmpdir(), 'orrery-engine-'));
    if (options.tap === false) await writeFile(join(folder, 'no-tap.json'), JSON.stringify(denyTunsetiff()));
    const docker = new Docker({ socketPath: join(folder, 'docker.sock') });
    const variant = new EngineVariant({ docker, image: from.image }, folder, options);
    await variant.boot();
    await load(from.image, docker);
    return variant;
  }

  /** Its own engine only: containers go on running in their shims. */
  async halt(): Promise<void> {
    await run(LAB, ['stop', this.folder]);
  }

  async boot(): Promise<void> {
    const { number, tun = true, tap = true } = this.options;
    // Without rules of its own: two engines would take each other's away.
    const args = `--iptables=false --ip6tables=false ${tap ? '' : `--seccomp-profile=${join(this.folder, 'no-tap.json')}`}`;
    const env = {
      ...process.env,
      ORRERY_LAB_BIP: `10.${number}.0.1/24`,
      ORRERY_LAB_POOL: `10.${number + 1}.0.0/16`,
      ORRERY_LAB_DOCKERD_ARGS: args,
    };
    const hidden = [
      '--mount',
      '--propagation',
      'private',
      'sh',
      '-c',
      'mount -t tmpfs none /dev/net && exec "$@"',
      'sh',
    ];
    const [program, before] = tun ? [LAB, []] : ['unshare', [...hidden, LAB]];
    await run(program, [...before, 'start', this.folder], { env });
  }

  async stop(): Promise<void> {
    for (const { Id } of await this.engine.docker.listContainers({ all: true }))
      await this.engine.docker.getContainer(Id).remove({ force: true, v: true });
    await this.halt();
    await rm(this.folder, { recursive: true, force: true });
  }
}

/** Everything is allowed but that one ioctl. */
const denyTunsetiff = () => ({
  defaultAction: 'SCMP_ACT_ALLOW',
  syscalls: [
    {
      names: ['ioctl'],
      action: 'SCMP_ACT_ERRNO',
      errnoRet: 1,
      args: [{ index: 1, value: TUNSETIFF, op: 'SCMP_CMP_EQ' }],
    },
  ],
});

/** From the engine under test. By programs, not through this process, where it would cost as much again as it costs the engines. */
async function load(image: string, { modem }: Docker): Promise<void> {
  const { socketPath } = modem as { socketPath?: string };
  const pipe = 'docker save "$1" | docker -H "$2" load --quiet';
  await run('bash', ['-o', 'pipefail', '-c', pipe, 'bash', image, `unix://${socketPath}`]);
}
