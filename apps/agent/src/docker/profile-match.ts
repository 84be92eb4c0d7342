import type { HostId } from '@orrery/shared/contracts';
import { DAEMON, DAEMON_HOME, TUN_DEVICE } from './container-profile.js';
import type { InspectedContainer } from './inspected.js';
import { LABEL } from './labels.js';

/**
 * True when an inspected container is no wider than the profile and wears this host's labels. Neither its name counts, which a person
 * may change, nor its limits: `docker update` may change them, and `plan` compares them. Whether the container is *ours* also needs its
 * item to be in a state signed for this host.
 */
export const inspectMatchesProfile = (inspect: InspectedContainer, host: HostId, network: string): boolean =>
  profileDifferences(inspect, host, network).length === 0;

/** In what an inspected container is not as the profile makes it, in words. */
export function profileDifferences(inspect: InspectedContainer, host: HostId, network: string): string[] {
  const { Config, HostConfig: given, Mounts } = inspect;
  const checks: [string, boolean][] = [
    ['its labels', Config.Labels[LABEL.host] === host && Config.Labels[LABEL.name] !== undefined],
    ['what it runs', equals(Config.Entrypoint, [DAEMON]) && Config.Cmd.length === 0 && Config.User === '0:0'],
    ['its mounts', isEmpty(given.Binds, given.VolumesFrom, given.Mounts, Object.keys(given.Tmpfs))],
    ['its volumes', Mounts.every(isImagesOwnVolume)],
    ['its ports', isEmpty(Object.keys(given.PortBindings)) && !given.PublishAllPorts],
    ['its groups, links or sysctls', isEmpty(given.GroupAdd, given.Links, Object.keys(given.Sysctls))],
    ['its devices', isEmpty(given.DeviceCgroupRules, given.DeviceRequests) && given.Devices.every(isTun)],
    ['its privileges', !given.Privileged && hasCapabilities(given) && hasNoNewPrivileges(given)],
    ['its Docker network', isOnOurNetwork(inspect, network)],
    ['its namespaces', given.IpcMode === 'private' && hasOwnNamespaces(given)],
  ];
  return checks.flatMap(([what, isRight]) => (isRight ? [] : [what]));
}

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
 * Containers made before the profile named it have what the engine took by itself: `private` with control groups of version 2, `host`
 * with version 1, nothing at all before API 1.41. They stay ours: with `host` a container sees the names of the host's groups, no more.
 */
const CGROUP_NAMESPACES = ['private', 'host', ''];

/** The bridge of this agent's setting, or the one that the setting named when the container was made: that one is no wider. */
function isOnOurNetwork({ Config, HostConfig: { NetworkMode } }: InspectedContainer, network: string): boolean {
  if (NetworkMode === network) return true;
  const isBridge = /^[a-zA-Z0-9][\w.-]*$/.test(NetworkMode) && !['host', 'none', 'default'].includes(NetworkMode);
  return isBridge && Config.Labels[LABEL.network] === NetworkMode;
}

/** An image may declare the daemon's home a volume: the engine then makes a nameless local one, which goes with the container. */
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
