import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { explain, type MembershipSettings, type NetworkId } from '@orrery/shared/contracts';
import { describeError } from '@orrery/shared/runtime';
import { type NodeSecrets, StepError, type ContainerBlueprint } from '@orrery/shared/machine';
import { settingsFile, settingsFileName } from '../pure/settings-file.js';
import { DAEMON_HOME } from './container-profile.js';
import type { ArchiveEntry } from './tar-archive.js';

const HOME = DAEMON_HOME.slice(1);
/**
 * The last file put into a container. A container without it was left incomplete by a killed agent and must not start.
 */
export const COMPLETE_MARK = 'orrery.json';

/**
 * How an attachment notices that a peer no longer is where it was. Without a bond, zerotier-one prefers an old path of
 * lower latency for 19 s after its last packet (docs/zerotier-facts.md#endpoints).
 */
const FAILING_OVER = { basePolicy: 'active-backup', failoverInterval: 2_000 };

export interface Moon {
  name: string;
  content: Uint8Array;
}

export interface Endpoint {
  /** The host's own addresses on the bridge networks of the container. */
  gateways: readonly string[];
  /** For UDP and for the local API. */
  port: number;
}

/**
 * The home of a container's node before its first start: its identity, who may manage it, and its networks. Everything
 * is owned by uid 0 and readable only by it, because the daemon has no capability to read files of others. No file with
 * a secret ends with a newline (docs/zerotier-facts.md#local-api). `configurations`: what the daemon of the container
 * before it had stored of its networks.
 */
export function containerFiles(
  blueprint: ContainerBlueprint,
  secrets: NodeSecrets,
  { gateways, port }: Endpoint,
  moons: readonly Moon[],
  configurations: ReadonlyMap<NetworkId, Uint8Array> = new Map(),
): ArchiveEntry[] {
  const folder = (path: string): ArchiveEntry => ({ path: `${HOME}/${path}`, mode: 0o700 });
  const file = (path: string, content: string | Uint8Array): ArchiveEntry => ({
    path: `${HOME}/${path}`,
    mode: 0o600,
    content,
  });
  const { item, node, incarnation, memberships, inside } = blueprint;
  return [
    folder(''),
    folder('networks.d/'),
    folder('moons.d/'),
    file('identity.secret', secrets.identitySecret.reveal()),
    file('identity.public', secrets.identityPublic),
    file('authtoken.secret', secrets.authToken.reveal()),
    file('local.conf', localConf({ gateways, port }, inside !== undefined)),
    ...memberships.flatMap(({ network, settings }) => [
      file(`networks.d/${network}.conf`, configurations.get(network) ?? ''),
      ...(isDefault(settings) ? [] : [file(`networks.d/${settingsFileName(network)}`, settingsFile(settings))]),
    ]),
    ...moons.map(({ name, content }) => file(`moons.d/${name}`, content)),
    file(COMPLETE_MARK, JSON.stringify({ item, node, incarnation })),
  ];
}

/**
 * The agent's requests come from the bridge's gateway. Port mapping (UPnP) would achieve nothing behind the bridge. The
 * node has one permanent port and no random ones; otherwise, peers would look for a recreated node in its old place for
 * minutes (docs/zerotier-facts.md#endpoints).
 */
const localConf = ({ gateways, port }: Endpoint, isAttached: boolean): string =>
  JSON.stringify({
    settings: {
      allowManagementFrom: [...gateways.map((gateway) => `${gateway}/32`), '127.0.0.1/32'],
      softwareUpdate: 'disable',
      portMappingEnabled: false,
      primaryPort: port,
      allowSecondaryPort: false,
      ...(isAttached && { defaultBondingPolicy: 'orrery', policies: { orrery: FAILING_OVER } }),
    },
  });

const isDefault = ({ allowManaged, allowGlobal, allowDefault, allowDNS }: MembershipSettings): boolean =>
  allowManaged === true && !allowGlobal && !allowDefault && !allowDNS;

/** The private roots that every container of this host gets, by its configuration. */
export async function readMoons(folder: string | null): Promise<Moon[]> {
  if (folder === null) return [];
  try {
    const names = (await readdir(folder)).filter((name) => /^[0-9a-f]{16}\.moon$/.test(name)).sort();
    return await Promise.all(names.map(async (name) => ({ name, content: await readFile(join(folder, name)) })));
  } catch (error) {
    throw new StepError({
      ...explain('unexpected/moons', { error: describeError(error) }),
      origin: error,
    });
  }
}
