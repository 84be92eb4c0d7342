import type { HostId } from '@orrery/shared/contracts';
import type { ContainerBlueprint } from '@orrery/shared/machine';
import { containerName, LABEL } from './labels.js';

export const DAEMON = '/usr/sbin/zerotier-one';
export const IDTOOL = '/usr/sbin/zerotier-idtool';
export const DAEMON_HOME = '/var/lib/zerotier-one';
export const TUN_DEVICE = '/dev/net/tun';
const MIB = 1024 * 1024;
/**
 * Set explicitly, because the engine may default to the host's own view of control groups, and does so with version 1.
 * Supported since API 1.41 (Docker 20.10); older engines ignore unknown fields. On a kernel without such namespaces,
 * the engine warns and continues (`verifyPlatformContainerSettings` in moby's daemon/daemon_unix.go).
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
  /** Its fixed address on the bridge network; undefined: the engine gives it one. */
  address?: string | undefined;
  /** Whether it starts with configurations of its networks from the container before it. */
  isRenewed?: boolean;
}

/** A request to create a container. Its name goes into the query; the body is sent unchanged. */
export interface CreateRequest {
  name: string;
  body: Record<string, unknown>;
}

/**
 * A new network namespace takes the settings of the machine, and every machine with Docker forwards: without this, anyone in a network of the
 * node could send packets into the host's LAN through it.
 */
export const CLOSED_SYSCTLS = { 'net.ipv4.ip_forward': '0' };
export const ROUTER_SYSCTLS = { 'net.ipv4.ip_forward': '1' };

/**
 * The closed profile of a ZeroTier container, in a network namespace of its own or in that of a workload, which is the
 * only difference between the two. A router forwards in a namespace of its own. It is built only from a blueprint's typed fields, so no engine option can
 * be passed through it. Everything else keeps the engine's default: no mounts, no ports, no host namespaces.
 *
 * The daemon itself is the entrypoint, so the container ends when the daemon does (docs/zerotier-facts.md#containers).
 * It needs only NET_ADMIN and the TUN device: it asks for more only to switch to another user, and otherwise continues
 * as root.
 */
export function containerProfile(blueprint: ContainerBlueprint, context: ProfileContext): CreateRequest {
  const { inside } = blueprint;
  const memory = blueprint.limits.memoryMb * MIB;
  const isRouter = blueprint.forwards === true && !inside;
  return {
    name: containerName(blueprint.name),
    body: {
      Image: blueprint.image,
      // The engine refuses a host name in the network namespace of another container.
      ...(inside ? {} : { Hostname: blueprint.name }),
      User: '0:0',
      WorkingDir: '/',
      Entrypoint: [DAEMON],
      Cmd: [],
      Env: [],
      Healthcheck: { Test: ['NONE'] },
      StopSignal: 'SIGTERM',
      Labels: labelsOf(blueprint, context),
      HostConfig: {
        NetworkMode: inside ? `container:${inside.engineId}` : context.network,
        Init: true,
        // The engine would start the container of an attachment before its workload (moby#50326), and a router without its
        // rules, which are gone with its network namespace.
        RestartPolicy: { Name: inside || isRouter ? 'no' : 'unless-stopped' },
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
        // The engine refuses them in the network namespace of another container.
        ...(!inside && { Sysctls: isRouter ? ROUTER_SYSCTLS : CLOSED_SYSCTLS }),
      },
      ...(context.address !== undefined && {
        NetworkingConfig: {
          EndpointsConfig: { [context.network]: { IPAMConfig: { IPv4Address: context.address } } },
        },
      }),
    },
  };
}

function labelsOf({ item, node, name, incarnation, inside }: ContainerBlueprint, context: ProfileContext) {
  return {
    [LABEL.host]: context.host,
    [LABEL.item]: item,
    [LABEL.node]: node,
    [LABEL.name]: name,
    [LABEL.incarnation]: String(incarnation),
    [LABEL.version]: context.agentVersion,
    [LABEL.network]: context.network,
    [LABEL.port]: String(context.port),
    ...(inside && { [LABEL.workload]: inside.workload }),
    ...(context.address !== undefined && { [LABEL.address]: context.address }),
    ...(context.isRenewed && { [LABEL.renewed]: 'true' }),
  };
}

/**
 * A container that generates and prints one identity. It has no network and no capabilities, writes nothing, keeps no
 * log.
 */
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
