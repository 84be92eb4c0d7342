import { execFile } from 'node:child_process';
import { chmod, mkdir, mkdtemp, rename, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import Docker from 'dockerode';
import { deleteAtExit, runFolder, underLock } from '../../support/servers-run.js';
import type { LabEngine } from '../../support/zerotier/lab-engine.js';

const run = promisify(execFile);
const LAB = new URL('../../lab/dockerd.sh', import.meta.url).pathname;
/** ioctl request that configures a TAP device. */
const TUNSETIFF = 0x400454ca;
/** A user that every system has, and whose range of other users is in a file that only this engine sees. */
const REMAPPED = 'daemon';
const NO_TUN_VIEW = 'mount -t tmpfs none /dev/net && exec "$@"';
const REMAPPED_VIEW = `set -e
mount -t tmpfs none /dev/net
mknod -m 666 /dev/net/tun c 10 200
ranges=$(mktemp)
echo ${REMAPPED}:300000:65536 >"$ranges"
for file in /etc/subuid /etc/subgid; do
  [ -e "$file" ] || : >"$file"
  mount --bind "$ranges" "$file"
done
rm "$ranges"
exec "$@"`;
/** Folders of an engine's data that hold its images. */
const STORE = ['image', 'overlay2'];
const STORED_WITHIN_MS = 150_000;

export interface VariantOptions {
  /** Distinguishes engines on one machine: the third number of their bridges' addresses. */
  number: number;
  /** False: in the engine's view of files there is no /dev/net/tun. */
  tun?: boolean;
  /** False: the kernel refuses to configure TAP devices, as it does without NET_ADMIN. */
  tap?: boolean;
  /** It runs with `--userns-remap`, and its TUN device can be opened by everybody, as udev creates it. */
  remapped?: boolean;
  /** A process whose network and files it uses, as on a machine of its own: then it has firewall rules of its own, too. */
  inside?: number;
  /** The control group in which its containers are. */
  cgroup?: string;
}

/** A second engine on this machine, with a fault built in, holding the image under test. */
export class EngineVariant {
  private constructor(
    readonly engine: LabEngine,
    private readonly folder: string,
    private options: VariantOptions,
  ) {}

  /** Whether this machine allows us to start an engine at all. */
  static async isPossible(): Promise<boolean> {
    if (process.platform !== 'linux' || process.getuid?.() !== 0) return false;
    return run('sh', ['-c', 'command -v docker dockerd containerd unshare ip']).then(
      () => true,
      () => false,
    );
  }

  static async start(from: LabEngine, options: VariantOptions): Promise<EngineVariant> {
    const variant = await EngineVariant.empty(from, options);
    const { folder } = variant;
    // Its users are not ours, and must reach their files.
    if (options.remapped) await chmod(folder, 0o711);
    // With remapped users, the files of its images belong to those.
    const isLaidOut = !options.remapped && (await layOut(await EngineVariant.storeOf(from), join(folder, 'data')));
    await variant.boot();
    if (!isLaidOut) await load(from.image, variant.engine.docker);
    return variant;
  }

  private static async empty({ image }: LabEngine, options: VariantOptions): Promise<EngineVariant> {
    const folder = await mkdtemp(join(tmpdir(), 'orrery-engine-'));
    return new EngineVariant(
      { docker: new Docker({ socketPath: join(folder, 'docker.sock') }), image },
      folder,
      options,
    );
  }

  /**
   * The image as an engine stores it on disk, created once in a run: carrying it from engine to engine costs as much as
   * everything else here.
   */
  private static async storeOf(from: LabEngine): Promise<string> {
    // Next to the engines, because hard links do not cross file systems.
    const store = join(tmpdir(), `orrery-engines-${basename(await runFolder())}`);
    const make = async () => {
      if (await isThere(store)) return;
      const first = await EngineVariant.empty(from, { number: 223 });
      await first.boot();
      await load(from.image, first.engine.docker).finally(() => first.halt());
      await deleteAtExit(store);
      await mkdir(`${store}.new`, { recursive: true });
      const parts = STORE.map((part) => join(first.folder, 'data', part));
      // An engine that stores its images differently leaves nothing here, so each engine loads the image again.
      if ((await Promise.all(parts.map(isThere))).every(Boolean))
        for (const part of parts) await rename(part, join(`${store}.new`, basename(part)));
      await rename(`${store}.new`, store);
      await rm(first.folder, { recursive: true, force: true });
    };
    await underLock(`${store}.lock`, make, STORED_WITHIN_MS);
    return store;
  }

  get socket(): string {
    return join(this.folder, 'docker.sock');
  }

  /** Starts the engine again with another fault, or with none. */
  async reboot(change: Partial<VariantOptions>): Promise<void> {
    await this.halt();
    this.options = { ...this.options, ...change };
    await this.boot();
  }

  /** Stops only its own engine: containers keep running in their shims. */
  async halt(): Promise<void> {
    await run(LAB, ['stop', this.folder]);
  }

  async boot(): Promise<void> {
    const { number, tun = true, tap = true, remapped = false, inside, cgroup } = this.options;
    const profile = join(this.folder, 'no-tap.json');
    if (!tap) await writeFile(profile, JSON.stringify(denyTunsetiff()));
    const args = [
      // Two engines in one network would remove each other's rules.
      ...(inside === undefined ? ['--iptables=false'] : []),
      '--ip6tables=false',
      ...(tap ? [] : [`--seccomp-profile=${profile}`]),
      ...(cgroup === undefined ? [] : [`--cgroup-parent=${cgroup}`]),
      ...(remapped ? [`--userns-remap=${REMAPPED}`] : []),
    ].join(' ');
    const env = {
      ...process.env,
      ORRERY_LAB_BIP: `10.${number}.0.1/24`,
      ORRERY_LAB_POOL: `10.${number + 1}.0.0/16`,
      ORRERY_LAB_DOCKERD_ARGS: args,
    };
    const seen = (script: string) => ['--mount', '--propagation', 'private', 'sh', '-c', script, 'sh', LAB];
    const script = remapped ? REMAPPED_VIEW : NO_TUN_VIEW;
    const [program, before] =
      inside !== undefined
        ? ['nsenter', ['-t', String(inside), '--net', '--mount', LAB]]
        : tun && !remapped
          ? [LAB, []]
          : ['unshare', seen(script)];
    await run(program, [...before, 'start', this.folder], { env });
  }

  async stop(): Promise<void> {
    for (const { Id } of await this.engine.docker.listContainers({ all: true }))
      await this.engine.docker.getContainer(Id).remove({ force: true, v: true });
    await this.halt();
    await rm(this.folder, { recursive: true, force: true });
  }
}

/** Allows everything except that one ioctl. */
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

/** Layers are only read, so a link is as good as a copy. Each engine writes its own list of them. */
async function layOut(store: string, data: string): Promise<boolean> {
  if (!(await isThere(join(store, 'overlay2')))) return false;
  await mkdir(data, { recursive: true });
  await run('sh', ['-c', 'cp -a "$1/image" "$2/" && cp -al "$1/overlay2" "$2/"', 'sh', store, data]);
  return true;
}

const isThere = (path: string) =>
  stat(path).then(
    () => true,
    () => false,
  );

/**
 * From the engine under test. Programs do this, not this process, where it would cost as much again as it costs the
 * engines.
 */
async function load(image: string, { modem }: Docker): Promise<void> {
  const { socketPath } = modem as { socketPath?: string };
  const pipe = 'docker save "$1" | docker -H "$2" load --quiet';
  await run('bash', ['-o', 'pipefail', '-c', pipe, 'bash', image, `unix://${socketPath}`]);
}
