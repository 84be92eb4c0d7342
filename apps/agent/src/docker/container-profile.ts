import type { HostId } from '@orrery/shared/contracts';
import type { ContainerBlueprint } from '@orrery/shared/machine';
import { containerName, LABEL } from './labels.js';

export const DAEMON = '/usr/sbin/zerotier-one';
export const IDTOOL = '/usr/sbin/zerotier-idtool';
export const DAEMON_HOME = '/var/lib/zerotier-one';
export const TUN_DEVICE = '/dev/net/tun';
const MIB = 1024 * 1024;
/**
 * Named, because the engine's default is the host's own view of control groups where those are of version 1, and may be set to that.
 * Of API 1.41 (Docker 20.10) on; older engines ignore fields that they do not know. On a kernel without such namespaces the engine
 * warns and goes without (`verifyPlatformContainerSettings` in moby's daemon/daemon_unix.go).
 */
const CGROUPS = 'private';
const LOGS = { Type: 'json-file', Config: { 'max-size': '1m', 'max-file': '3' } };

export interface ProfileContext {
  host: HostId;
  agentVersion: string;
  /** Name of the bridge network. */
  network: string;
  /** The node's UDP port. */
  port: number;
}

/** A request to make a container: its name goes into the query, the body is sent as it stands. */
export interface CreateRequest {
  name: string;
  body: Record<string, unknown>;
}

/**
 * The closed profile of a ZeroTier container. It is built from nothing but a blueprint's typed fields; there is no way to pass an
 * option of the engine through it. What is not named here stays at the engine's default, which is no mount, no port, no host namespace.
 *
 * The daemon itself is the entrypoint, so that its death is the container's (docs/zerotier-facts.md#containers). NET_ADMIN and the TUN device are all that it
 * needs: it asks for more only to become another user, and goes on as root without it.
 */
export function containerProfile(blueprint: ContainerBlueprint, context: ProfileContext): CreateRequest {
  const memory = blueprint.limits.memoryMb * MIB;
  return {
    name: containerName(blueprint.name),
    body: {
      Image: blueprint.image,
      Hostname: blueprint.name,
      User: '0:0',
      WorkingDir: '/',
      Entrypoint: [DAEMON],
      Cmd: [],
      Env: [],
      Healthcheck: { Test: ['NONE'] },
      StopSignal: 'SIGTERM',
      Labels: {
        [LABEL.host]: context.host,
        [LABEL.item]: blueprint.item,
        [LABEL.node]: blueprint.node,
        [LABEL.name]: blueprint.name,
        [LABEL.incarnation]: String(blueprint.incarnation),
        [LABEL.version]: context.agentVersion,
        [LABEL.network]: context.network,
        [LABEL.port]: String(context.port),
      },
      HostConfig: {
        NetworkMode: context.network,
        Init: true,
        RestartPolicy: { Name: 'unless-stopped' },
        LogConfig: LOGS,
        Privileged: false,
        CapDrop: ['ALL'],
        CapAdd: ['NET_ADMIN'],
        Devices: [{ PathOnHost: TUN_DEVICE, PathInContainer: TUN_DEVICE, CgroupPermissions: 'rwm' }],
        SecurityOpt: ['no-new-privileges'],
        IpcMode: 'private',
        CgroupnsMode: CGROUPS,
        PublishAllPorts: false,
        Memory: memory,
        MemorySwap: memory,
        PidsLimit: blueprint.limits.pids,
      },
    },
  };
}

/** A container that makes one identity and prints it: no network, no capability, nothing written, no log kept. */
export function mintProfile(image: string, host: HostId): Record<string, unknown> {
  return {
    Image: image,
    User: '0:0',
    WorkingDir: '/',
    Entrypoint: [IDTOOL],
    Cmd: ['generate'],
    Env: [],
    Healthcheck: { Test: ['NONE'] },
    Labels: { [LABEL.throwaway]: host },
    AttachStdout: true,
    AttachStderr: true,
    HostConfig: {
      NetworkMode: 'none',
      RestartPolicy: { Name: 'no' },
      LogConfig: { Type: 'none', Config: {} },
      Privileged: false,
      ReadonlyRootfs: true,
      CapDrop: ['ALL'],
      SecurityOpt: ['no-new-privileges'],
      IpcMode: 'private',
      CgroupnsMode: CGROUPS,
      Memory: 256 * MIB,
      MemorySwap: 256 * MIB,
      PidsLimit: 32,
    },
  };
}
