import { isDeepStrictEqual } from 'node:util';
import type { HostId } from '@orrery/shared/contracts';
import { CLOSED_SYSCTLS, DAEMON, DAEMON_HOME, ROUTER_SYSCTLS, TUN_DEVICE } from './container-profile.js';
import type { InspectedContainer } from './inspected.js';
import { LABEL } from './labels.js';

/**
 * True if an inspected container is no wider than the profile and has this host's labels. Its name does not count,
 * because a person can change it; nor do its limits, which `docker update` can change and `plan` compares. For the
 * container to be *ours*, its item must also be in a state signed for this host.
 */
export const inspectMatchesProfile = (inspect: InspectedContainer, host: HostId, network: string): boolean =>
  profileDifferences(inspect, host, network).length === 0;

/** How an inspected container differs from the profile, in words. */
export function profileDifferences(inspect: InspectedContainer, host: HostId, network: string): string[] {
  const { Config, HostConfig: given, Mounts } = inspect;
  const checks: [string, boolean][] = [
    ['its labels', Config.Labels[LABEL.host] === host && Config.Labels[LABEL.name] !== undefined],
    ['what it runs', equals(Config.Entrypoint, [DAEMON]) && Config.Cmd.length === 0 && Config.User === '0:0'],
    ['its mounts', isEmpty(given.Binds, given.VolumesFrom, given.Mounts, Object.keys(given.Tmpfs))],
    ['its volumes', Mounts.every(isImagesOwnVolume)],
    ['its ports', isEmpty(Object.keys(given.PortBindings)) && !given.PublishAllPorts],
    ['its groups, links or sysctls', isEmpty(given.GroupAdd, given.Links) && hasOurSysctls(inspect)],
    ['its devices', isEmpty(given.DeviceCgroupRules, given.DeviceRequests) && given.Devices.every(isTun)],
    ['its privileges', !given.Privileged && hasCapabilities(given) && hasNoNewPrivileges(given)],
    ['its Docker network', isOnOurNetwork(inspect, network)],
    ['its namespaces', given.IpcMode === 'private' && hasOwnNamespaces(given)],
  ];
  return checks.flatMap(([what, isRight]) => (isRight ? [] : [what]));
}

const has = ({ Config, HostConfig }: InspectedContainer, sysctls: Record<string, string>): boolean =>
  Config.Labels[LABEL.workload] === undefined && isDeepStrictEqual({ ...HostConfig.Sysctls }, sysctls);

/** Created as a router. */
export const forwards = (inspect: InspectedContainer): boolean => has(inspect, ROUTER_SYSCTLS);

/** Containers from before the profile set any have none, and stay ours. */
const hasOurSysctls = (inspect: InspectedContainer): boolean =>
  Object.keys(inspect.HostConfig.Sysctls).length === 0 || forwards(inspect) || has(inspect, CLOSED_SYSCTLS);

type Given = InspectedContainer['HostConfig'];

const isEmpty = (...lists: readonly unknown[][]): boolean => lists.every(({ length }) => length === 0);

const isTun = (device: Given['Devices'][number]): boolean =>
  device.PathOnHost === TUN_DEVICE && device.PathInContainer === TUN_DEVICE;

const hasCapabilities = ({ CapDrop, CapAdd }: Given): boolean =>
  equals(CapDrop, ['ALL']) && CapAdd.every((capability) => capability.replace(/^CAP_/, '') === 'NET_ADMIN');

const hasNoNewPrivileges = ({ SecurityOpt }: Given): boolean =>
  SecurityOpt.length === 1 && /^no-new-privileges([:=]true)?$/.test(SecurityOpt[0] ?? '');

const hasOwnNamespaces = ({ PidMode, UTSMode, UsernsMode, CgroupParent, Cgroup, CgroupnsMode }: Given): boolean =>
  [PidMode, UTSMode, UsernsMode, CgroupParent, Cgroup].every((mode) => mode === '') &&
  CGROUP_NAMESPACES.includes(CgroupnsMode);

/**
 * Containers created before the profile set this have the engine's default: `private` with control groups of version 2,
 * `host` with version 1, nothing before API 1.41. They stay ours: with `host`, a container sees only the names of the
 * host's groups.
 */
const CGROUP_NAMESPACES = ['private', 'host', ''];

/** The engine's id of the container whose network namespace another one uses. */
export const namespaceOwner = (networkMode: string): string | undefined =>
  /^container:([0-9a-f]{64})$/.exec(networkMode)?.[1];

/** The network namespace of another container for an attachment. Otherwise the bridge in this agent's settings, or the one set when the container was created, which is no wider. */
function isOnOurNetwork({ Config, HostConfig: { NetworkMode } }: InspectedContainer, network: string): boolean {
  if (Config.Labels[LABEL.workload] !== undefined) return namespaceOwner(NetworkMode) !== undefined;
  if (NetworkMode === network) return true;
  const isBridge = /^[a-zA-Z0-9][\w.-]*$/.test(NetworkMode) && !['host', 'none', 'default'].includes(NetworkMode);
  return isBridge && Config.Labels[LABEL.network] === NetworkMode;
}

/**
 * If an image declares the daemon's home as a volume, the engine creates an anonymous local one, removed with the
 * container.
 */
function isImagesOwnVolume(mount: InspectedContainer['Mounts'][number]): boolean {
  return (
    mount.Type === 'volume' &&
    mount.Driver === 'local' &&
    /^[0-9a-f]{64}$/.test(mount.Name) &&
    mount.Destination === DAEMON_HOME
  );
}

const equals = (left: readonly string[], right: readonly string[]): boolean =>
  left.length === right.length && left.every((value, index) => value === right[index]);
