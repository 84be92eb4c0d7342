import { randomBytes } from 'node:crypto';
import { PassThrough } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import type Docker from 'dockerode';
import { packArchive, type ArchiveEntry } from '../../../apps/agent/src/docker/tar-archive.js';
import { eventually } from '../eventually.js';
import { fileOf, identityOf, moonIn, ROOT_START, SIGN_MOON, type LabIdentity } from './lab-root.js';
import { talkTo, type Talk } from './local-api.js';

const DAEMON = '/usr/sbin/zerotier-one';
const IDTOOL = '/usr/sbin/zerotier-idtool';
const HOME = 'var/lib/zerotier-one';
const MIB = 1024 * 1024;

export interface MemberOptions {
  /** IDs of networks that are in networks.d at the start. */
  readonly networks?: readonly string[];
  readonly identity?: LabIdentity;
  /** False: no /dev/net/tun. */
  readonly tun?: boolean;
  /** False: without the capability. */
  readonly netAdmin?: boolean;
  /** False: it has no moon that says where a root is. */
  readonly moon?: boolean;
  /** Additional files for its home, by name. */
  readonly files?: Readonly<Record<string, string>>;
  /** Additional ones in its local.conf. */
  readonly settings?: Readonly<Record<string, unknown>>;
  /** Of its network namespace, e.g. `net.ipv4.ip_forward`. */
  readonly sysctls?: Readonly<Record<string, string>>;
}

interface Made {
  readonly container: Docker.Container;
  readonly token: string;
  /** Talks to its present address, which changes with a restart. */
  readonly talk: Talk;
}

export interface LabNode extends Made {
  readonly name: string;
  readonly identity: LabIdentity;
  /** Runs a program in it and returns its output; rejects on an exit code other than 0. */
  exec(...command: string[]): Promise<string>;
}

/**
 * A closed world on a real Docker Engine: an internal network, a node that is controller and moon, and members under
 * the same profile that the agent uses. Works with the stand-in and with the real daemon.
 */
export class LabWorld {
  private readonly containers: Docker.Container[] = [];
  private root: LabNode | undefined;
  private moonFiles: ArchiveEntry[] = [];

  private constructor(
    readonly docker: Docker,
    readonly image: string,
    readonly network: string,
    private readonly gateway: string,
    private readonly ownsNetwork: boolean,
  ) {}

  /** On an internal network of its own, or on one that somebody else created and will remove. */
  static async open(docker: Docker, image: string, existing?: string): Promise<LabWorld> {
    const name = existing ?? `orrery-test-${randomBytes(4).toString('hex')}`;
    // The label allows an agent under test to put its containers here, instead of creating a bridge with a way out.
    const labels = { 'io.orrery.network': 'true' };
    if (existing === undefined) await docker.createNetwork({ Name: name, Internal: true, Labels: labels });
    const { IPAM } = (await docker.getNetwork(name).inspect()) as { IPAM?: { Config?: { Gateway?: string }[] } };
    return new LabWorld(docker, image, name, IPAM?.Config?.[0]?.Gateway ?? '', existing === undefined);
  }

  /** The controller's moon: one `.moon` file, for any other node that must find the root. */
  get moons(): readonly ArchiveEntry[] {
    return this.moonFiles;
  }

  /** Where a node of this world already runs, one more program in it costs a third of a container for it. */
  async mint(): Promise<LabIdentity> {
    return identityOf(await (this.root?.exec(IDTOOL, 'generate') ?? this.generate()));
  }

  async startController(): Promise<LabNode> {
    const made = await this.makeContainer('controller', {});
    const { container, talk } = made;
    await container.start();
    // A container that accepts this token is this very container.
    const isHere = async (): Promise<boolean> => (await talk({ method: 'GET', path: '/status' })).status === 200;
    await eventually(isHere, { within: 30_000, what: 'the controller answering' });
    const identity = identityOf(Buffer.from(await fileOf(container, `/${HOME}/identity.secret`)).toString('utf8'));
    this.moonFiles = [await moonIn(container, `/${HOME}/moons.d`, identity.address)];
    this.root = this.nodeOf('controller', identity, made);
    return this.root;
  }

  /** A root that is none of Orrery's containers: `orrery-zt root`, with a folder of this machine as its door. */
  async startOwnRoot(image: string, door: string): Promise<Docker.Container> {
    const container = await this.docker.createContainer({
      Image: image,
      Cmd: ['root'],
      // The stand-in alone reads this.
      Env: ['ZT_STANDIN_STRANGERS=on'],
      name: `${this.network}-root`,
      Labels: { 'io.orrery.test': this.network },
      HostConfig: { NetworkMode: this.network, Binds: [`${door}:/door`] },
    });
    this.containers.push(container);
    await container.start();
    const moons = async (): Promise<ArchiveEntry[]> => {
      const identity = Buffer.from(await fileOf(container, `/${HOME}/identity.public`)).toString('utf8');
      return [await moonIn(container, '/moons-out', identity.slice(0, 10))];
    };
    const made = () => moons().catch(() => undefined);
    this.moonFiles = await eventually(made, { within: 30_000, what: 'the moon of the root' });
    return container;
  }

  async startMember(name: string, options: MemberOptions = {}): Promise<LabNode> {
    const node = await this.createMember(name, options);
    await node.container.start();
    await this.untilAnswers(node);
    return node;
  }

  async createMember(name: string, options: MemberOptions = {}): Promise<LabNode> {
    const identity = options.identity ?? (await this.mint());
    return this.nodeOf(name, identity, await this.makeContainer(name, { ...options, identity }));
  }

  /** Without an identity it is a root, which generates its own. */
  private async makeContainer(name: string, options: MemberOptions): Promise<Made> {
    const token = randomBytes(12).toString('hex');
    const profile = this.profile(options);
    const container = await this.docker.createContainer({ ...profile, name: `${this.network}-${name}` });
    this.containers.push(container);
    await container.putArchive(await packArchive(this.homeOf(token, options)), { path: '/' });
    return { container, token, talk: async (ask) => talkTo(await this.ipOf(container), 9993, token)(ask) };
  }

  private nodeOf(name: string, identity: LabIdentity, made: Made): LabNode {
    return { ...made, name, identity, exec: (...command) => this.execIn(made.container, command) };
  }

  async untilAnswers(node: LabNode): Promise<void> {
    const isHere = async (): Promise<boolean> => {
      const { body } = await node.talk({ method: 'GET', path: '/status' });
      return (body as { address?: string }).address === node.identity.address;
    };
    await eventually(isHere, { within: 15_000, what: `${node.name} answering` });
  }

  async ipOf(container: Docker.Container): Promise<string> {
    const { NetworkSettings } = await container.inspect();
    const ip = NetworkSettings.Networks[this.network]?.IPAddress;
    if (!ip) throw new Error('the container has no address: it does not run');
    return ip;
  }

  async close(): Promise<void> {
    await Promise.all(
      this.containers.map((container) => container.remove({ force: true, v: true }).catch(() => undefined)),
    );
    if (this.ownsNetwork) await this.docker.getNetwork(this.network).remove();
  }

  private profile({
    identity,
    tun = true,
    netAdmin = true,
    sysctls = {},
  }: MemberOptions): Docker.ContainerCreateOptions {
    const device = { PathOnHost: '/dev/net/tun', PathInContainer: '/dev/net/tun', CgroupPermissions: 'rwm' };
    return {
      Image: this.image,
      User: '0:0',
      Entrypoint: identity ? [DAEMON] : ['/bin/sh', '-c', ROOT_START],
      Cmd: [],
      Labels: { 'io.orrery.test': this.network },
      HostConfig: {
        NetworkMode: this.network,
        Init: true,
        CapDrop: ['ALL'],
        CapAdd: netAdmin ? ['NET_ADMIN'] : [],
        Devices: tun ? [device] : [],
        SecurityOpt: ['no-new-privileges'],
        Sysctls: { ...sysctls },
        Memory: 256 * MIB,
        PidsLimit: 128,
      },
    };
  }

  private homeOf(token: string, { identity, ...options }: MemberOptions): ArchiveEntry[] {
    const settings = { allowManagementFrom: [`${this.gateway}/32`, '127.0.0.1/32'], ...options.settings };
    const file = (name: string, content: string): ArchiveEntry => ({ path: `${HOME}/${name}`, mode: 0o600, content });
    return [
      { path: HOME, mode: 0o700 },
      ...(identity ? [file('identity.secret', identity.secret), file('identity.public', identity.public)] : []),
      file('authtoken.secret', token),
      file('local.conf', JSON.stringify({ settings })),
      { path: `${HOME}/networks.d`, mode: 0o700 },
      ...(options.networks ?? []).map((id) => file(`networks.d/${id}.conf`, '')),
      { path: `${HOME}/moons.d`, mode: 0o700 },
      ...(options.moon === false ? [] : this.moonFiles),
      ...Object.entries(options.files ?? {}).map(([name, content]) => file(name, content)),
    ];
  }

  /** A moon of this node's that claims another location. */
  async makeMoon({ container, identity, exec }: LabNode, ip: string): Promise<ArchiveEntry> {
    await exec('sh', '-c', SIGN_MOON, 'sh', '/tmp', ip);
    return moonIn(container, '/tmp', identity.address);
  }

  private async generate(): Promise<string> {
    const out = new PassThrough();
    const text = buffer(out);
    const err = new PassThrough().resume();
    const options = { Entrypoint: [IDTOOL], HostConfig: { NetworkMode: 'none', AutoRemove: true } };
    await this.docker.run(this.image, ['generate'], [out, err], { Tty: false, ...options });
    out.end();
    return (await text).toString('utf8');
  }

  private async execIn(container: Docker.Container, command: string[]): Promise<string> {
    const exec = await container.exec({ Cmd: command, AttachStdout: true, AttachStderr: true });
    const stream = await exec.start({});
    const out = new PassThrough();
    const text = buffer(out);
    this.docker.modem.demuxStream(stream, out, out);
    stream.on('end', () => out.end());
    const output = (await text).toString('utf8');
    const { ExitCode } = await exec.inspect();
    if (ExitCode !== 0) throw new Error(`${command.join(' ')} ended with ${String(ExitCode)}: ${output}`);
    return output;
  }
}
