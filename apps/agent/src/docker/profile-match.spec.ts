import { describe, expect, it } from '@jest/globals';
import type { HostId, ItemId, NodeId, ObservedContainer } from '@orrery/shared/contracts';
import { newId } from '@orrery/shared/runtime';
import { InspectedContainer } from './inspected.js';
import { observedContainer, withOneOwner } from './observed-container.js';
import { inspectMatchesProfile } from './profile-match.js';

const host: HostId = newId('hst');
const item: ItemId = newId('itm');
const node: NodeId = newId('nod');

/** Docker 26's answer for a container with the profile, limited to the fields that are read. */
function inspected(
  change: { HostConfig?: object; Config?: object; State?: object; Mounts?: object[]; Name?: string } = {},
) {
  return InspectedContainer.parse({
    Id: 'e'.repeat(64),
    Name: change.Name ?? '/orrery-demo',
    Image: `sha256:${'9'.repeat(64)}`,
    State: {
      Status: 'running',
      Pid: 5313,
      ExitCode: 0,
      OOMKilled: false,
      Error: '',
      StartedAt: '2026-11-24T13:09:37.881919691Z',
      ...change.State,
    },
    Mounts: change.Mounts ?? [],
    Config: {
      Image: 'zerotier/zerotier:1.14.2',
      User: '0:0',
      Entrypoint: ['/usr/sbin/zerotier-one'],
      Cmd: [],
      Labels: {
        'io.orrery.host': host,
        'io.orrery.item': item,
        'io.orrery.node': node,
        'io.orrery.name': 'demo',
        'io.orrery.incarnation': '2',
      },
      ...change.Config,
    },
    HostConfig: {
      Binds: null,
      NetworkMode: 'orrery',
      PortBindings: {},
      VolumesFrom: null,
      CapAdd: ['CAP_NET_ADMIN'],
      CapDrop: ['ALL'],
      IpcMode: 'private',
      PidMode: '',
      UTSMode: '',
      UsernsMode: '',
      CgroupParent: '',
      Privileged: false,
      PublishAllPorts: false,
      SecurityOpt: ['no-new-privileges'],
      Devices: [{ PathOnHost: '/dev/net/tun', PathInContainer: '/dev/net/tun', CgroupPermissions: 'rwm' }],
      Memory: 268435456,
      PidsLimit: 128,
      Init: true,
      ...change.HostConfig,
    },
    NetworkSettings: { Networks: {} },
  });
}

const isOurs = (change: Parameters<typeof inspected>[0]) => inspectMatchesProfile(inspected(change), host, 'orrery');
const scope = { hostNode: newId('nod'), containers: [{ item, node, name: 'demo' }] };
const observe = (change: Parameters<typeof inspected>[0], wanted = scope) =>
  observedContainer(inspected(change), wanted, host, 'orrery');

describe('an inspected container', () => {
  it('matches the profile as the engine shows it', () => {
    expect(isOurs({})).toBe(true);
    expect(isOurs({ HostConfig: { CapAdd: ['NET_ADMIN'], SecurityOpt: ['no-new-privileges:true'] } })).toBe(true);
  });

  it.each<[mode: string | undefined, of: string]>([
    ['private', 'the profile, or the default with control groups of version 2'],
    ['host', 'the default with version 1'],
    [undefined, 'an engine before API 1.41'],
  ])('is ours with the cgroup namespace %j: %s', (mode) => {
    expect(isOurs({ HostConfig: { CgroupnsMode: mode } })).toBe(true);
  });

  it.each<[string, Parameters<typeof inspected>[0]]>([
    ['is privileged', { HostConfig: { Privileged: true } }],
    ['has a bind', { HostConfig: { Binds: ['/:/host'] } }],
    ['has a mount', { HostConfig: { Mounts: [{ Type: 'bind' }] } }],
    [
      'has a named volume',
      { Mounts: [{ Type: 'volume', Driver: 'local', Name: 'data', Destination: '/var/lib/zerotier-one' }] },
    ],
    [
      'has a bind in its mounts',
      { Mounts: [{ Type: 'bind', Name: '', Driver: '', Destination: '/var/lib/zerotier-one' }] },
    ],
    ['has an additional capability', { HostConfig: { CapAdd: ['NET_ADMIN', 'SYS_ADMIN'] } }],
    ['drops no capability', { HostConfig: { CapDrop: null } }],
    [
      'has another device',
      {
        HostConfig: {
          Devices: [{ PathOnHost: '/dev/sda', PathInContainer: '/dev/net/tun', CgroupPermissions: 'rwm' }],
        },
      },
    ],
    ['is on the host network', { HostConfig: { NetworkMode: 'host' } }],
    ['is in another container’s namespace', { HostConfig: { NetworkMode: 'container:abc' } }],
    ['sees the processes of the host', { HostConfig: { PidMode: 'host' } }],
    ['joins the cgroup namespace of another container', { HostConfig: { CgroupnsMode: 'container:abc' } }],
    ['shares memory with the host', { HostConfig: { IpcMode: 'host' } }],
    ['lacks no-new-privileges', { HostConfig: { SecurityOpt: null } }],
    ['is unconfined', { HostConfig: { SecurityOpt: ['no-new-privileges', 'seccomp=unconfined'] } }],
    ['publishes a port', { HostConfig: { PortBindings: { '9993/udp': [{ HostPort: '9993' }] } } }],
    ['takes volumes from another container', { HostConfig: { VolumesFrom: ['other'] } }],
    ['has sysctls', { HostConfig: { Sysctls: { a: 'b' } } }],
    ['forwards IPv6', { HostConfig: { Sysctls: { 'net.ipv6.conf.all.forwarding': '1' } } }],
    ['has more than the sysctl of a router', { HostConfig: { Sysctls: { 'net.ipv4.ip_forward': '1', a: 'b' } } }],
    ['has it with another value', { HostConfig: { Sysctls: { 'net.ipv4.ip_forward': '2' } } }],
    [
      'is attached and forwards',
      {
        HostConfig: { NetworkMode: `container:${'b'.repeat(64)}`, Sysctls: { 'net.ipv4.ip_forward': '1' } },
        Config: { Labels: { 'io.orrery.host': host, 'io.orrery.name': 'demo', 'io.orrery.workload': 'shop/db/1' } },
      },
    ],
    ['has device rules', { HostConfig: { DeviceCgroupRules: ['a *:* rwm'] } }],
    ['has another entrypoint', { Config: { Entrypoint: ['sh'] } }],
    ['has arguments', { Config: { Cmd: ['-p1'] } }],
    ['runs as another user', { Config: { User: 'nobody' } }],
    ['has no labels', { Config: { Labels: {} } }],
  ])('is not ours when it %s', (_what, change) => {
    expect(isOurs(change)).toBe(false);
  });

  it('of an attachment is in the namespace of another container, and of nothing else', () => {
    const labels = { 'io.orrery.host': host, 'io.orrery.name': 'demo', 'io.orrery.workload': 'shop/db/1' };
    const isOursIn = (NetworkMode: string) => isOurs({ HostConfig: { NetworkMode }, Config: { Labels: labels } });
    expect(isOursIn(`container:${'b'.repeat(64)}`)).toBe(true);
    for (const mode of ['host', 'orrery', 'none', 'container:abc', `container:${'b'.repeat(64)}/x`])
      expect([mode, isOursIn(mode)]).toEqual([mode, false]);
    expect(isOurs({ HostConfig: { NetworkMode: `container:${'b'.repeat(64)}` } })).toBe(false);
  });

  it('is ours whether it is told not to forward, as now, or nothing, as before', () => {
    expect(isOurs({ HostConfig: { Sysctls: { 'net.ipv4.ip_forward': '0' } } })).toBe(true);
    expect(observe({ HostConfig: { Sysctls: { 'net.ipv4.ip_forward': '0' } } })).not.toHaveProperty('forwards');
    expect(isOurs({ HostConfig: { Sysctls: {} } })).toBe(true);
  });

  it('is ours as a router, and is observed as one', () => {
    const Sysctls = { 'net.ipv4.ip_forward': '1' };
    expect(isOurs({ HostConfig: { Sysctls } })).toBe(true);
    expect(observe({ HostConfig: { Sysctls } })).toMatchObject({ ours: true, forwards: true });
    expect(observe({})).not.toHaveProperty('forwards');
  });

  it('is still ours when a person renamed it or the agent uses another network now', () => {
    expect(isOurs({ Name: '/renamed' })).toBe(true);
    const Labels = { ...inspected().Config.Labels, 'io.orrery.network': 'before' };
    expect(isOurs({ Config: { Labels }, HostConfig: { NetworkMode: 'before' } })).toBe(true);
    expect(isOurs({ Config: { Labels }, HostConfig: { NetworkMode: 'another' } })).toBe(false);
    for (const wide of ['host', 'container:abc']) {
      const claim = { ...Labels, 'io.orrery.network': wide };
      expect(isOurs({ Config: { Labels: claim }, HostConfig: { NetworkMode: wide } })).toBe(false);
    }
  });

  it('reports how it was changed when it claims a desired item', () => {
    expect(observe({ HostConfig: { NetworkMode: 'host' } })).toMatchObject({
      ours: false,
      differs: 'its Docker network',
    });
    expect(observe({})).not.toHaveProperty('differs');
    expect(observe({ Config: { Labels: {} } })).not.toHaveProperty('differs');
  });

  it('is ours when it has the right name and another one claims the same item', () => {
    const both = [{ Name: '/renamed' }, {}].map((change) => ({
      observed: observe(change) as ObservedContainer,
      inspect: inspected(change),
    }));
    expect(withOneOwner(both).map(({ observed }) => observed.ours)).toEqual([false, true]);
    expect(withOneOwner(both.slice(0, 1)).map(({ observed }) => observed.ours)).toEqual([true]);
  });

  it('can have the anonymous volume that its image declares for the home of the daemon', () => {
    const volume = { Type: 'volume', Driver: 'local', Name: 'a'.repeat(64), Destination: '/var/lib/zerotier-one' };
    expect(isOurs({ Mounts: [volume] })).toBe(true);
    expect(isOurs({ Mounts: [{ ...volume, Destination: '/etc' }] })).toBe(false);
  });

  it('is ours only when the scope names it', () => {
    expect(observe({})).toMatchObject({ ours: true, item, node, name: 'demo', incarnation: 2, state: 'running' });
    expect(observe({}, { ...scope, containers: [] })).toMatchObject({ ours: false });
    expect(observe({}, { ...scope, containers: [{ item: newId('itm'), node, name: 'demo' }] })).toMatchObject({
      ours: false,
    });
  });

  it('is shown as foreign when it only has a desired name, and not at all when it has nothing of ours', () => {
    expect(observe({ Config: { Labels: {} } })).toMatchObject({ ours: false, item, node, name: 'demo' });
    expect(observe({ Config: { Labels: {} }, Name: '/postgres' })).toBeUndefined();
    expect(observe({ Config: { Labels: { 'io.orrery.host': newId('hst') } }, Name: '/orrery-other' })).toBeUndefined();
  });

  it('reports states, exit codes and limits in terms of the contract', () => {
    expect(observe({ State: { Status: 'removing' } })?.state).toBe('dead');
    expect(observe({ State: { Status: 'running', ExitCode: 3 } })?.exitCode).toBeNull();
    expect(observe({ State: { Status: 'exited', ExitCode: 137, OOMKilled: true } })).toMatchObject({
      exitCode: 137,
      oomKilled: true,
    });
    expect(observe({ State: { StartedAt: '0001-01-01T00:00:00Z' } })?.startedAt).toBeNull();
    expect(observe({ HostConfig: { Memory: 0, PidsLimit: null } })?.limits).toEqual({ memoryMb: 4096, pids: 4096 });
  });
});
