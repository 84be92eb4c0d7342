import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { connect, createServer, type AddressInfo, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type Docker from 'dockerode';
import { eventually } from '../../support/eventually.js';
import type { LabEngine } from '../../support/zerotier/lab-engine.js';
import { talkTo, type Talk } from '../../support/zerotier/local-api.js';
import { MachineLab } from './machine-lab.js';

/**
 * A daemon that represents the host's own: its home is a folder of this machine, its API a port of the loopback
 * interface. Its devices are in a separate namespace, where a test can do no harm.
 */
export class HostDaemonLab {
  private constructor(
    readonly lab: MachineLab,
    readonly home: string,
    readonly talk: Talk,
    readonly address: string,
    private readonly container: Docker.Container,
    private readonly proxy: Server,
  ) {}

  static async open(engine: LabEngine): Promise<HostDaemonLab> {
    const home = await mkdtemp(join(tmpdir(), 'orrery-host-home-'));
    let ip = '';
    const proxy = createServer((socket) => {
      const through = connect(9993, ip);
      socket.pipe(through).pipe(socket);
      for (const end of [socket, through]) end.on('error', () => (socket.destroy(), through.destroy()));
    });
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
    const { port } = proxy.address() as AddressInfo;
    const lab = await MachineLab.open(engine, { zerotierHome: home, zerotierPort: port });
    const identity = await lab.world.mint();
    await write(home, lab, identity.secret, identity.public);
    const container = await lab.world.docker.createContainer({
      name: `${lab.world.network}-host`,
      Image: engine.image,
      User: '0:0',
      Entrypoint: ['/usr/sbin/zerotier-one'],
      Cmd: [],
      HostConfig: {
        NetworkMode: lab.world.network,
        Init: true,
        Binds: [`${home}:/var/lib/zerotier-one`],
        CapDrop: ['ALL'],
        CapAdd: ['NET_ADMIN'],
        Devices: [{ PathOnHost: '/dev/net/tun', PathInContainer: '/dev/net/tun', CgroupPermissions: 'rwm' }],
      },
    });
    await container.start();
    ip = await lab.world.ipOf(container);
    const talk = talkTo(ip, 9993, 'host-token');
    await eventually(async () => (await talk({ method: 'GET', path: '/status' })).status === 200, { within: 30_000 });
    return new HostDaemonLab(lab, home, talk, identity.address, container, proxy);
  }

  /** Names and contents of all files in networks.d. */
  async networkFiles(): Promise<Record<string, string>> {
    const folder = join(this.home, 'networks.d');
    const names = (await readdir(folder)).sort();
    return Object.fromEntries(
      await Promise.all(names.map(async (name) => [name, await readFile(join(folder, name), 'latin1')] as const)),
    );
  }

  async close(): Promise<void> {
    await this.container.remove({ force: true });
    await new Promise((resolve) => this.proxy.close(resolve));
    await this.lab.close();
    await rm(this.home, { recursive: true, force: true });
  }
}

async function write(home: string, lab: MachineLab, secret: string, publicPart: string): Promise<void> {
  const { IPAM } = (await lab.world.docker.getNetwork(lab.world.network).inspect()) as {
    IPAM: { Config: { Gateway: string }[] };
  };
  const settings = { allowManagementFrom: [`${IPAM.Config[0]?.Gateway}/32`] };
  await mkdir(join(home, 'networks.d'));
  await mkdir(join(home, 'moons.d'));
  const file = (name: string, text: string | Uint8Array) => writeFile(join(home, name), text, { mode: 0o600 });
  await file('identity.secret', secret);
  await file('identity.public', publicPart);
  await file('authtoken.secret', 'host-token');
  await file('local.conf', JSON.stringify({ settings }));
  for (const { path, content } of lab.world.moons)
    await file(join('moons.d', path.split('/').at(-1) ?? ''), content ?? '');
}
