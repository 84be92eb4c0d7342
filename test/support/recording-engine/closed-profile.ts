import { extract } from 'tar-stream';
import type { Recorded } from './recording-engine.js';

/** The only signed fields from which a container is allowed to be created. */
export interface Trusted {
  item: string;
  node: string;
  name: string;
  image: string;
  memoryMb: number;
  pids: number;
  incarnation: number;
  networks: string[];
  /** Of an attachment: the workload, and the engine's id of its container. */
  inside?: { workload: string; engineId: string };
  /** A router: its container may forward. */
  forwards?: boolean;
}

const LIMIT = 1024 * 1024;
const TUN = { PathOnHost: '/dev/net/tun', PathInContainer: '/dev/net/tun', CgroupPermissions: 'rwm' };

/** Deliberately written out again: the expectation must not come from the code under test. */
export const profileOf = (host: string, network: string, of: Trusted, port: string): string =>
  JSON.stringify({
    Image: of.image,
    ...(of.inside ? {} : { Hostname: of.name }),
    ...{ User: '0:0', WorkingDir: '/', Entrypoint: ['/usr/sbin/zerotier-one'] },
    ...{ Cmd: [], Env: [], Healthcheck: { Test: ['NONE'] }, StopSignal: 'SIGTERM' },
    Labels: {
      'io.orrery.host': host,
      'io.orrery.item': of.item,
      'io.orrery.node': of.node,
      'io.orrery.name': of.name,
      'io.orrery.incarnation': String(of.incarnation),
      'io.orrery.version': '0.1.0',
      'io.orrery.network': network,
      'io.orrery.port': port,
      ...(of.inside && { 'io.orrery.workload': of.inside.workload }),
    },
    HostConfig: {
      NetworkMode: of.inside ? `container:${of.inside.engineId}` : network,
      ...{ Init: true, RestartPolicy: { Name: of.inside || of.forwards ? 'no' : 'unless-stopped' } },
      LogConfig: { Type: 'json-file', Config: { 'max-size': '1m', 'max-file': '3' } },
      ...{ Privileged: false, CapDrop: ['ALL'], CapAdd: ['NET_ADMIN'], Devices: [TUN] },
      ...{ SecurityOpt: ['no-new-privileges'], IpcMode: 'private', CgroupnsMode: 'private', PublishAllPorts: false },
      ...{ Memory: of.memoryMb * LIMIT, MemorySwap: of.memoryMb * LIMIT, PidsLimit: of.pids },
      ...(!of.inside && { Sysctls: { 'net.ipv4.ip_forward': of.forwards ? '1' : '0' } }),
    },
  });

const mintOf = (host: string, image: string): string =>
  JSON.stringify({
    ...{
      Image: image,
      User: '0:0',
      WorkingDir: '/',
      Entrypoint: ['/usr/sbin/zerotier-idtool'],
      Cmd: ['generate'],
      Env: [],
    },
    ...{
      Healthcheck: { Test: ['NONE'] },
      Labels: { 'io.orrery.throwaway': host },
      AttachStdout: true,
      AttachStderr: true,
    },
    HostConfig: {
      ...{
        NetworkMode: 'none',
        RestartPolicy: { Name: 'no' },
        LogConfig: { Type: 'none', Config: {} },
        Privileged: false,
      },
      ...{ ReadonlyRootfs: true, CapDrop: ['ALL'], SecurityOpt: ['no-new-privileges'], IpcMode: 'private' },
      CgroupnsMode: 'private',
      ...{ Memory: 256 * LIMIT, MemorySwap: 256 * LIMIT, PidsLimit: 32 },
    },
  });

/** Requests that have no body and can create nothing. */
const HARMLESS =
  /^(GET \/(version|info|containers\/json|images\/json|networks\/(orrery|shop_default|host)|containers\/[0-9a-f]{64}\/(json|archive|logs))|POST \/containers\/[0-9a-f]{64}\/(start|wait|attach)|DELETE \/containers\/[0-9a-f]{64})$/;

/** Every request that does not follow exactly from trusted fields. */
export async function outOfProfile(
  requests: readonly Recorded[],
  host: string,
  trusted: readonly Trusted[],
): Promise<string[]> {
  const found: string[] = [];
  for (const request of requests)
    if (!(await isInProfile(request, host, trusted)))
      found.push(`${request.method} ${request.path}?${request.query.toString()} ${request.body.toString()}`);
  return found;
}

async function isInProfile(
  { method, path, query, body }: Recorded,
  host: string,
  trusted: readonly Trusted[],
): Promise<boolean> {
  const what = `${method} ${path}`;
  // Of a container that is somebody else's, only its processes are asked for, and only if it may be attached.
  const topOf = /^GET \/containers\/([0-9a-f]{64})\/top$/.exec(what)?.[1];
  if (topOf !== undefined) return trusted.some(({ inside }) => inside?.engineId === topOf);
  const images = trusted.map(({ image }) => image);
  if (what === 'POST /containers/create') {
    const text = body.toString();
    const isMint = images.some((image) => mintOf(host, image) === text) && [...query].length === 0;
    // The one field that the agent chooses: a number of its own range, whatever was signed.
    const port = /"io\.orrery\.port":"(25\d{3})"/.exec(text)?.[1] ?? '';
    const isOf = (of: Trusted) =>
      profileOf(host, 'orrery', of, port) === text && query.toString() === `name=orrery-${of.name}`;
    return isMint || trusted.some(isOf);
  }
  if (/^PUT \/containers\/[0-9a-f]{64}\/archive$/.test(what))
    return query.toString() === 'path=%2F' && areHomeFiles(await filesIn(body), trusted);
  if (what === 'POST /images/create') {
    const asked = query.get('fromImage') ?? '';
    // dockerode also writes the query into the body, where the engine does not read it.
    const isEcho = body.length === 0 || body.toString() === JSON.stringify({ fromImage: asked });
    const isTrusted = images.some((image) =>
      [image, `${image}:latest`, image.replace(/:[^/@]*@/, '@')].includes(asked),
    );
    return isEcho && isTrusted && [...query].length === 1;
  }
  const isAttach = /^POST \/containers\/[0-9a-f]{64}\/attach$/.test(what);
  if (isAttach && body.toString() === '{"stream":true,"stdout":true,"stderr":true}') return true;
  if (body.length > 0) return false;
  const image = /^GET \/images\/(.+)\/json$/.exec(what)?.[1];
  if (image !== undefined) return images.includes(decodeURIComponent(image));
  return HARMLESS.test(what);
}

const FILES =
  /^var\/lib\/zerotier-one\/(networks\.d\/|moons\.d\/|peers\.d\/|identity\.(secret|public)|authtoken\.secret|local\.conf|orrery\.json)?$/;

/** No API from elsewhere, no updates from anywhere, no door opened in a router, and one port of the agent's own range. */
const LOCAL_CONF =
  /^\{"settings":\{"allowManagementFrom":\["172\.3[01]\.0\.1\/32","127\.0\.0\.1\/32"\],"softwareUpdate":"disable","portMappingEnabled":false,"primaryPort":25\d{3},"allowSecondaryPort":false(,"defaultBondingPolicy":"orrery","policies":\{"orrery":\{"basePolicy":"active-backup","failoverInterval":2000\}\})?\}\}$/;

/** A public identity and places of it, and nothing that the daemon keeps secret. */
const PEER = /^02([0-9a-f]{10})00[0-9a-f]{128}00(00){8}000[0-9](04[0-9a-f]{8}6[1-5][0-9a-f]{2})+$/;

const areHomeFiles = (files: ReadonlyMap<string, string>, trusted: readonly Trusted[]): boolean =>
  [...files].every(([name, text]) => {
    if (name === 'var/lib/zerotier-one/local.conf' && !LOCAL_CONF.test(text)) return false;
    const peer = /^var\/lib\/zerotier-one\/peers\.d\/([0-9a-f]{10})\.peer$/.exec(name)?.[1];
    if (peer !== undefined) return PEER.exec(Buffer.from(text, 'latin1').toString('hex'))?.[1] === peer;
    const network = /^var\/lib\/zerotier-one\/networks\.d\/([0-9a-f]{16})(\.local)?\.conf$/.exec(name)?.[1];
    return network === undefined ? FILES.test(name) : trusted.some(({ networks }) => networks.includes(network));
  });

async function filesIn(tar: Buffer): Promise<Map<string, string>> {
  const reader = extract();
  const files = new Map<string, string>();
  reader.on('entry', ({ name, type }, stream, next) => {
    const path = type === 'file' || type === 'directory' ? name : `${type}:${name}`;
    files.set(path, '');
    stream.on('data', (bytes: Buffer) => files.set(path, `${files.get(path)}${bytes.toString('latin1')}`));
    stream.on('end', next);
  });
  const ended = new Promise((resolve, reject) => reader.on('finish', resolve).on('error', reject));
  reader.end(tar);
  await ended;
  return files;
}
