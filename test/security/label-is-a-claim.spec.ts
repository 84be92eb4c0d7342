import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { containerItem } from '../support/agent/items.js';
import { profileOf } from '../support/recording-engine/closed-profile.js';
import { SignedHost } from '../support/recording-engine/signed-host.js';

describe('a container that has our label', () => {
  let host: SignedHost;
  beforeEach(async () => {
    host = await SignedHost.open();
  });
  afterEach(() => host.close());
  const item = containerItem({ image: 'zerotier/zerotier:1.14.2', name: 'worn' });
  const { id, node, name, incarnation } = item;
  const body = (more: object = {}) => {
    const of = {
      item: id,
      node,
      name,
      image: 'zerotier/zerotier:1.14.2',
      memoryMb: 256,
      pids: 128,
      incarnation,
      networks: [],
    };
    const profile = JSON.parse(profileOf(host.host, 'orrery', of, '25000')) as { HostConfig: object };
    return { ...profile, HostConfig: { ...profile.HostConfig, ...more } };
  };
  const state = (...items: object[]) => JSON.stringify({ host: '$HOST', revision: '$REVISION', items });
  const touched = (engineId: string) =>
    host.engine.requests.filter(({ method, path }) => method !== 'GET' && path.includes(engineId));
  const absent = { ...item, intent: 'absent' as const };

  it('and is in no state signed for this host is never adopted or removed', async () => {
    const worn = host.engine.seed('orrery-worn', body(), 'exited');
    const other = containerItem({ name: 'other' });
    await host.make(state(other), {}, 2);
    await host.make(state({ ...other, intent: 'absent' }), {}, 2);
    expect(host.engine.containers.map(({ id: engineId }) => engineId)).toEqual([worn]);
    expect(touched(worn)).toEqual([]);
  });

  it.each([
    ['is privileged', { Privileged: true }],
    ['has a mount', { Binds: ['/:/host'] }],
    ['is in the namespaces of the host', { NetworkMode: 'host' }],
  ])('and %s is not ours even when its item is signed', async (_what, more) => {
    const worn = host.engine.seed('orrery-worn', body(more), 'exited');
    await host.make(state(item), {}, 2);
    await host.make(state(absent), {}, 2);
    expect(touched(worn)).toEqual([]);
  });

  it('is ours when its item is signed and it matches our profile, and then is removed on request', async () => {
    const worn = host.engine.seed('orrery-worn', body(), 'exited');
    await host.make(state(absent), {}, 1);
    expect(touched(worn).map(({ method }) => method)).toEqual(['DELETE']);
    expect(host.engine.containers).toEqual([]);
  });
});
