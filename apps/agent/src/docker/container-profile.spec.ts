import { describe, expect, it } from '@jest/globals';
import { newId } from '@orrery/shared/runtime';
import fc from 'fast-check';
import type { ContainerBlueprint } from '@orrery/shared/machine';
import { containerProfile, mintProfile, type ProfileContext } from './container-profile.js';

const context: ProfileContext = { host: newId('hst'), agentVersion: '0.1.0', network: 'orrery', port: 25_017 };
const plain: ContainerBlueprint = {
  item: newId('itm'),
  node: newId('nod'),
  name: 'demo',
  image: 'zerotier/zerotier:1.14.2',
  limits: { memoryMb: 256, pids: 128 },
  incarnation: 3,
  memberships: [],
};

/** The whole request for a blueprint, field by field. Nothing else may reach the engine. */
const exactly = ({ item, node, name, image, limits, incarnation }: ContainerBlueprint) => ({
  name: `orrery-${name}`,
  body: {
    Image: image,
    Hostname: name,
    User: '0:0',
    WorkingDir: '/',
    Entrypoint: ['/usr/sbin/zerotier-one'],
    Cmd: [],
    Env: [],
    Healthcheck: { Test: ['NONE'] },
    StopSignal: 'SIGTERM',
    Labels: {
      'io.orrery.host': context.host,
      'io.orrery.item': item,
      'io.orrery.node': node,
      'io.orrery.name': name,
      'io.orrery.incarnation': String(incarnation),
      'io.orrery.version': '0.1.0',
      'io.orrery.network': 'orrery',
      'io.orrery.port': '25017',
    },
    HostConfig: {
      NetworkMode: 'orrery',
      Init: true,
      RestartPolicy: { Name: 'unless-stopped' },
      LogConfig: { Type: 'json-file', Config: { 'max-size': '1m', 'max-file': '3' } },
      Privileged: false,
      CapDrop: ['ALL'],
      CapAdd: ['NET_ADMIN'],
      Devices: [{ PathOnHost: '/dev/net/tun', PathInContainer: '/dev/net/tun', CgroupPermissions: 'rwm' }],
      SecurityOpt: ['no-new-privileges'],
      IpcMode: 'private',
      CgroupnsMode: 'private',
      PublishAllPorts: false,
      Memory: limits.memoryMb * 1024 * 1024,
      MemorySwap: limits.memoryMb * 1024 * 1024,
      PidsLimit: limits.pids,
      Sysctls: { 'net.ipv4.ip_forward': '0' },
    },
  },
});

/** Engine options that would widen a container, as an attacker would put them beside or inside a blueprint's fields. */
const HOSTILE: [string, unknown][] = [
  ['Privileged', true],
  ['privileged', true],
  ['Binds', ['/:/host']],
  ['Mounts', [{ Type: 'bind', Source: '/', Target: '/host' }]],
  ['Volumes', { '/host': {} }],
  ['VolumeDriver', 'local'],
  ['VolumesFrom', ['other']],
  ['CapAdd', ['SYS_ADMIN']],
  ['CapDrop', []],
  ['Devices', [{ PathOnHost: '/dev/sda', PathInContainer: '/dev/sda', CgroupPermissions: 'rwm' }]],
  ['DeviceCgroupRules', ['a *:* rwm']],
  ['NetworkMode', 'host'],
  ['PidMode', 'host'],
  ['IpcMode', 'host'],
  ['UTSMode', 'host'],
  ['UsernsMode', 'host'],
  ['CgroupParent', '/'],
  ['CgroupnsMode', 'host'],
  ['Sysctls', { 'net.ipv4.ip_forward': '1' }],
  ['Sysctls', {}],
  ['forwards', 'true'],
  ['SecurityOpt', ['apparmor=unconfined', 'seccomp=unconfined']],
  ['Env', ['LD_PRELOAD=/x.so']],
  ['Cmd', ['sh']],
  ['Entrypoint', ['sh']],
  ['User', 'nobody'],
  ['PortBindings', { '9993/udp': [{ HostPort: '9993' }] }],
  ['HostConfig', { Privileged: true }],
  ['Runtime', 'evil'],
  ['Labels', { 'io.orrery.host': 'another' }],
  ['toJSON', undefined],
  ['constructor', { prototype: { Privileged: true } }],
];

const hostile = fc.subarray(HOSTILE, { minLength: 1 }).map((pairs) => Object.fromEntries(pairs));
const blueprint = fc.record({
  extra: hostile,
  inLimits: hostile,
  inMembership: hostile,
  name: fc.stringMatching(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/),
  image: fc.constantFrom('zerotier/zerotier:1.14.2', 'registry.lan:5000/zt@sha256:' + 'a'.repeat(64)),
  memoryMb: fc.integer({ min: 32, max: 4096 }),
  pids: fc.integer({ min: 16, max: 4096 }),
  incarnation: fc.nat(),
  polluted: fc.boolean(),
});

describe('the profile of a container', () => {
  it('is exactly this request', () => {
    expect(containerProfile(plain, context)).toStrictEqual(exactly(plain));
  });

  it('of an attachment differs in its network, its name and its restarts alone', () => {
    const inside = { workload: 'shop/db/1', engineId: 'd'.repeat(64) };
    const alone = containerProfile(plain, context).body;
    const attached = containerProfile({ ...plain, inside }, context).body;
    const { Hostname: _none, ...rest } = alone as { Hostname: string; Labels: object; HostConfig: { Sysctls: object } };
    const { Sysctls: _noneEither, ...hostConfig } = rest.HostConfig;
    expect(attached).toStrictEqual({
      ...rest,
      Labels: { ...rest.Labels, 'io.orrery.workload': 'shop/db/1' },
      HostConfig: { ...hostConfig, NetworkMode: `container:${'d'.repeat(64)}`, RestartPolicy: { Name: 'no' } },
    });
  });

  it('of a router differs in one sysctl and its restarts alone', () => {
    const alone = containerProfile(plain, context).body as { HostConfig: object };
    expect(containerProfile({ ...plain, forwards: true }, context).body).toStrictEqual({
      ...alone,
      HostConfig: {
        ...alone.HostConfig,
        RestartPolicy: { Name: 'no' },
        Sysctls: { 'net.ipv4.ip_forward': '1' },
      },
    });
  });

  it('lets no attachment forward, because its network namespace is not ours', () => {
    const inside = { workload: 'shop/db/1', engineId: 'd'.repeat(64) };
    const attached = containerProfile({ ...plain, inside }, context);
    expect(containerProfile({ ...plain, inside, forwards: true }, context)).toStrictEqual(attached);
  });

  it('says whether a container starts with configurations from the one before it', () => {
    const labelsOf = (isRenewed: boolean) => containerProfile(plain, { ...context, isRenewed }).body['Labels'];
    expect(labelsOf(true)).toHaveProperty(['io.orrery.renewed'], 'true');
    expect(labelsOf(false)).not.toHaveProperty(['io.orrery.renewed']);
  });

  it('passes on nothing from 2,500 hostile blueprints', () => {
    fc.assert(
      fc.property(
        blueprint,
        ({ extra, inLimits, inMembership, name, image, memoryMb, pids, incarnation, polluted }) => {
          const inner = { ...plain, name, image, limits: { ...inLimits, memoryMb, pids }, incarnation };
          const settings = { allowManaged: true, allowGlobal: false, allowDefault: false, allowDNS: false };
          const given = {
            ...extra,
            ...inner,
            memberships: [{ ...inMembership, network: '8056c2e21c000001', settings }],
            ...(polluted ? (JSON.parse('{"__proto__":{"Privileged":true,"Binds":["/:/host"]}}') as object) : {}),
          };
          const sent = JSON.parse(JSON.stringify(containerProfile(given, context).body)) as unknown;
          expect(sent).toStrictEqual(exactly(given).body);
        },
      ),
      { numRuns: 2500 },
    );
  });

  it('gives the container that generates an identity no network, no capability and no log', () => {
    const body = mintProfile('img', context.host) as { HostConfig: Record<string, unknown>; Labels: object };
    expect(body.HostConfig).toMatchObject({
      NetworkMode: 'none',
      CapDrop: ['ALL'],
      ReadonlyRootfs: true,
      CgroupnsMode: 'private',
      LogConfig: { Type: 'none' },
    });
    expect(Object.keys(body.HostConfig)).not.toEqual(expect.arrayContaining(['CapAdd']));
    expect(Object.keys(body.HostConfig)).not.toEqual(expect.arrayContaining(['Devices']));
    expect(body.Labels).toEqual({ 'io.orrery.throwaway': context.host });
  });
});
