import { PassThrough } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import type Docker from 'dockerode';
import { packArchive, type ArchiveEntry } from '../../../apps/agent/src/docker/tar-archive.js';
import type { LabEngine } from '../../support/zerotier/lab-engine.js';
import { LabWorld } from '../../support/zerotier/lab-world.js';
import { buildZtImage } from './zt-image.js';

const ONE_SECOND = 1_000_000_000;
const TUN = { PathOnHost: '/dev/net/tun', PathInContainer: '/dev/net/tun', CgroupPermissions: 'rwm' };

export interface ZtOptions {
  /** Arguments: `root`, network IDs. */
  readonly words?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  /** Files to put there before the start, by full path; readable for root only. */
  readonly files?: Readonly<Record<string, string>>;
  /** Volumes: name or path to path. */
  readonly volumes?: readonly string[];
  /** False: no /dev/net/tun. */
  readonly tun?: boolean;
  /** False: without the capability. */
  readonly netAdmin?: boolean;
  /**
   * True: Docker runs the image's own health check, but more often. Otherwise not at all, because it costs time that a
   * test waits for.
   */
  readonly health?: boolean;
}

/** One container of orrery-zt, as a person would run it. */
export class ZtContainer {
  constructor(
    private readonly docker: Docker,
    readonly container: Docker.Container,
  ) {}

  async log(): Promise<string> {
    const stream = await this.container.logs({ stdout: true, stderr: true, follow: false });
    // Eight bytes before each piece say which stream it belongs to.
    return stream.toString('utf8').replace(/[\u0001\u0002]\0{3}[^]{4}/g, '');
  }

  /** Its exit code, once it has ended. */
  async ended(): Promise<number> {
    return ((await this.container.wait()) as { StatusCode: number }).StatusCode;
  }

  async isRunning(): Promise<boolean> {
    return (await this.container.inspect()).State.Running;
  }

  /** Docker's health status. */
  async health(): Promise<string | undefined> {
    return (await this.container.inspect()).State.Health?.Status;
  }

  async run(...command: string[]): Promise<{ code: number | null; out: string }> {
    const exec = await this.container.exec({ Cmd: command, AttachStdout: true, AttachStderr: true });
    const stream = await exec.start({});
    const out = new PassThrough();
    const text = buffer(out);
    this.docker.modem.demuxStream(stream, out, out);
    stream.on('end', () => out.end());
    const output = (await text).toString('utf8');
    return { code: (await exec.inspect()).ExitCode, out: output };
  }
}

/** The image, built once, and a closed world with a controller for its containers. */
export class ZtLab {
  private containers: Docker.Container[] = [];

  private constructor(
    readonly world: LabWorld,
    readonly image: string,
  ) {}

  static async open({ docker, image }: LabEngine): Promise<ZtLab> {
    const [world, built] = await Promise.all([LabWorld.open(docker, image), buildZtImage(docker, image)]);
    return new ZtLab(world, built);
  }

  async create(options: ZtOptions = {}): Promise<ZtContainer> {
    const { words = [], environment = {}, volumes = [], tun = true, netAdmin = true, health = false } = options;
    const container = await this.world.docker.createContainer({
      Image: this.image,
      Cmd: [...words],
      Env: Object.entries(environment).map(([name, value]) => `${name}=${value}`),
      Healthcheck: health ? { Interval: ONE_SECOND, StartInterval: ONE_SECOND, Retries: 2 } : { Test: ['NONE'] },
      Labels: { 'io.orrery.test': this.world.network },
      HostConfig: {
        NetworkMode: this.world.network,
        Binds: [...volumes],
        CapAdd: netAdmin ? ['NET_ADMIN'] : [],
        Devices: tun ? [TUN] : [],
      },
    });
    this.containers.push(container);
    const entries = this.filesOf(options);
    if (entries.length > 0) await container.putArchive(await packArchive(entries), { path: '/' });
    return new ZtContainer(this.world.docker, container);
  }

  async run(options: ZtOptions = {}): Promise<ZtContainer> {
    const made = await this.create(options);
    await made.container.start();
    return made;
  }

  /** Removes the containers; a test can already have removed some. */
  async clear(): Promise<void> {
    const { containers } = this;
    this.containers = [];
    await Promise.all(containers.map((container) => container.remove({ force: true, v: true }).catch(() => undefined)));
  }

  async close(): Promise<void> {
    await this.clear();
    await this.world.close();
    await this.world.docker.getImage(this.image).remove();
  }

  /** Puts the controller's moon into /moons, as if it were mounted there. */
  private filesOf({ files = {} }: ZtOptions): ArchiveEntry[] {
    const moons = this.world.moons.map((moon) => ({ ...moon, path: `moons/${moon.path.split('/').pop() ?? ''}` }));
    const own = Object.entries(files).map(([path, content]) => ({ path: path.slice(1), mode: 0o400, content }));
    return [...moons, ...own];
  }
}
