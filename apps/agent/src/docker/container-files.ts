import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { explain, type MembershipSettings } from '@orrery/shared/contracts';
import { describeError } from '@orrery/shared/runtime';
import { type NodeSecrets, StepError, type ContainerBlueprint } from '@orrery/shared/machine';
import { settingsFile, settingsFileName } from '../pure/settings-file.js';
import { DAEMON_HOME } from './container-profile.js';
import type { ArchiveEntry } from './tar-archive.js';

const HOME = DAEMON_HOME.slice(1);
/** The last file that is put into a container: one without it was left half made by a killed agent, and must not start. */
export const COMPLETE_MARK = 'orrery.json';

export interface Moon {
  name: string;
  content: Uint8Array;
}

export interface Endpoint {
  /** The host's own address on the bridge. */
  gateway: string;
  /** Of UDP, and of the local API. */
  port: number;
}

/**
 * The home of a container's node, as it is to be before its first start: who it is, who may manage it, where it belongs. All owned by
 * uid 0 and readable by it alone: the daemon has no capability to read others' files. No file of a secret ends with a newline (docs/zerotier-facts.md#local-api).
 */
export function containerFiles(
  blueprint: ContainerBlueprint,
  secrets: NodeSecrets,
  { gateway, port }: Endpoint,
  moons: readonly Moon[],
): ArchiveEntry[] {
  const folder = (path: string): ArchiveEntry => ({ path: `${HOME}/${path}`, mode: 0o700 });
  const file = (path: string, content: string | Uint8Array): ArchiveEntry => ({
    path: `${HOME}/${path}`,
    mode: 0o600,
    content,
  });
  const { item, node, incarnation, memberships } = blueprint;
  return [
    folder(''),
    folder('networks.d/'),
    folder('moons.d/'),
    file('identity.secret', secrets.identitySecret.reveal()),
    file('identity.public', secrets.identityPublic),
    file('authtoken.secret', secrets.authToken.reveal()),
    file('local.conf', localConf({ gateway, port })),
    ...memberships.flatMap(({ network, settings }) => [
      file(`networks.d/${network}.conf`, ''),
      ...(isDefault(settings) ? [] : [file(`networks.d/${settingsFileName(network)}`, settingsFile(settings))]),
    ]),
    ...moons.map(({ name, content }) => file(`moons.d/${name}`, content)),
    file(COMPLETE_MARK, JSON.stringify({ item, node, incarnation })),
  ];
}

/**
 * Requests of the agent come from the bridge's gateway. A port mapping of the bridge would map nothing. One port that stays, and no
 * random ones beside it: else peers would look for a node that was made anew where it was, for minutes (docs/zerotier-facts.md#endpoints).
 */
const localConf = ({ gateway, port }: Endpoint): string =>
  JSON.stringify({
    settings: {
      allowManagementFrom: [`${gateway}/32`, '127.0.0.1/32'],
      softwareUpdate: 'disable',
      portMappingEnabled: false,
      primaryPort: port,
      allowSecondaryPort: false,
    },
  });

const isDefault = ({ allowManaged, allowGlobal, allowDefault, allowDNS }: MembershipSettings): boolean =>
  allowManaged === true && !allowGlobal && !allowDefault && !allowDNS;

/** The private roots that this host's configuration gives to every container. */
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
