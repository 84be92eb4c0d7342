import { z } from 'zod';

/** The engine writes null for an empty list or map. */
const list = <T extends z.ZodType>(item: T) =>
  z
    .array(item)
    .nullish()
    .transform((value) => value ?? []);
const map = <T extends z.ZodType>(item: T) =>
  z
    .record(z.string(), item)
    .nullish()
    .transform((value) => value ?? {});
const text = z
  .string()
  .nullish()
  .transform((value) => value ?? '');
const flag = z
  .boolean()
  .nullish()
  .transform((value) => value ?? false);
const count = z
  .number()
  .nullish()
  .transform((value) => value ?? 0);

const HostConfig = z.object({
  Binds: list(z.string()),
  NetworkMode: text,
  PortBindings: map(z.unknown()),
  VolumesFrom: list(z.string()),
  CapAdd: list(z.string()),
  CapDrop: list(z.string()),
  GroupAdd: list(z.string()),
  IpcMode: text,
  PidMode: text,
  UTSMode: text,
  UsernsMode: text,
  CgroupnsMode: text,
  CgroupParent: text,
  Cgroup: text,
  Links: list(z.string()),
  Privileged: flag,
  PublishAllPorts: flag,
  SecurityOpt: list(z.string()),
  Sysctls: map(z.string()),
  Tmpfs: map(z.string()),
  Devices: list(z.object({ PathOnHost: text, PathInContainer: text, CgroupPermissions: text })),
  DeviceCgroupRules: list(z.string()),
  DeviceRequests: list(z.unknown()),
  Mounts: list(z.unknown()),
  Memory: count,
  PidsLimit: count,
  Init: flag,
});

/** The fields of `GET /containers/{id}/json` that Orrery reads; all others are dropped. */
export const InspectedContainer = z.object({
  Id: z.string().regex(/^[0-9a-f]{64}$/),
  Name: z.string(),
  Image: z.string(),
  RestartCount: count,
  State: z.object({
    Status: z.string(),
    Pid: count,
    ExitCode: count,
    OOMKilled: flag,
    Error: text,
    StartedAt: text,
    FinishedAt: text,
  }),
  HostConfig,
  Mounts: list(z.object({ Type: text, Name: text, Driver: text, Destination: text })),
  Config: z.object({
    Image: z.string(),
    User: text,
    Entrypoint: list(z.string()),
    Cmd: list(z.string()),
    Labels: map(z.string()),
  }),
  NetworkSettings: z.object({ Networks: map(z.object({ NetworkID: text, IPAddress: text, Gateway: text })) }),
});
export type InspectedContainer = z.infer<typeof InspectedContainer>;
