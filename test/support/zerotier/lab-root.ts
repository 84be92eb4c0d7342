import { buffer } from 'node:stream/consumers';
import type Docker from 'dockerode';
import type { ArchiveEntry } from '../../../apps/agent/src/docker/tar-archive.js';

const HOME = 'var/lib/zerotier-one';

/**
 * As a person would make it: initmoon, fill in where the root is, genmoon. `$1` is the folder for it, `$2` where the
 * root is.
 */
export const SIGN_MOON = `set -e
cd "$1"
zerotier-idtool initmoon /${HOME}/identity.public >moon.json
sed "s#\\"stableEndpoints\\": \\[\\]#\\"stableEndpoints\\": [\\"$2/9993\\"]#" moon.json >signed.json
zerotier-idtool genmoon signed.json
rm moon.json signed.json`;

/**
 * The daemon of a node that makes itself a root before it starts, in one container and one start, because only the
 * container knows at once which address the engine gave it. `docker restart` finds all this done.
 */
export const ROOT_START = `set -e
cd /${HOME}
if [ ! -s identity.secret ]; then
  umask 077
  zerotier-idtool generate identity.secret identity.public
  sh -c '${SIGN_MOON}' sh moons.d "$(hostname -i)"
fi
exec zerotier-one`;

export interface LabIdentity {
  readonly address: string;
  readonly secret: string;
  readonly public: string;
}

export function identityOf(secret: string): LabIdentity {
  const [address = '', kind = '', key = ''] = secret.trim().split(':');
  return { address, secret: secret.trim(), public: [address, kind, key].join(':') };
}

/** A container's moon, ready to be put where another's home is. */
export async function moonIn(container: Docker.Container, folder: string, address: string): Promise<ArchiveEntry> {
  const name = `000000${address}.moon`;
  return { path: `${HOME}/moons.d/${name}`, mode: 0o600, content: await fileOf(container, `${folder}/${name}`) };
}

/** One file of a container. A moon is binary, so it must not pass through text. */
export async function fileOf(container: Docker.Container, path: string): Promise<Uint8Array> {
  const bytes = await buffer(await container.getArchive({ path }));
  const size = Number.parseInt(bytes.toString('latin1', 124, 135), 8);
  return bytes.subarray(512, 512 + size);
}
